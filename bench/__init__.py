"""Measurements beside a named peer, both in one run. Figures are ratios first: this machine is shared."""
