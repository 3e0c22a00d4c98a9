"""Addresses people type in to be opened by others: https only, and nothing a page or a chat could stumble over."""

from urllib.parse import urlsplit

LONGEST = 1000
BAD = frozenset(" \"'<>\\`{}|^")


def fault(url: str) -> str:
    """What is wrong with an address, in words; empty when it may be opened."""
    if not url.startswith("https://") or not url.isascii() or BAD & set(url) or not url.isprintable():
        return "链接地址须以 https:// 开头，且不含空格、引号和中文（中文请先编码）"
    if len(url) > LONGEST:
        return f"链接地址最多 {LONGEST} 个字符"
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return "" if "." in host and "@" not in urlsplit(url).netloc else "链接地址里没有可用的域名"
