"""WeCom's HTTP API and callback codec. wechatpy 2.0.0a26 underneath, bounded by our own token, limits and errors."""
