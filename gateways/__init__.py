"""Everything with a network, behind a seam: WeCom, the message archive, Redis. Imports nothing of ours."""
