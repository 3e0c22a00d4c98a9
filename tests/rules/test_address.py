"""Addresses that may be opened, and those that may not."""

import pytest

from rules.address import fault


@pytest.mark.parametrize("url", ["https://www.example.com", "https://example.com:8443/a/b?c=%E4%B8%AD#d"])
def test_an_ordinary_address_is_fine(url: str) -> None:
    assert fault(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "", "http://example.com", "javascript:alert(1)", "HTTPS://example.com", "https://", "https:///x", "https://localhost",
        "https://a b.com", "https://例子.com", 'https://example.com/"onclick=', "https://www.broker.com@evil.com/",
        "https://[::1", "https://example.com/\n", "https://example.com/" + "a" * 1000, " https://example.com",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_words(url: str) -> None:
    assert "链接地址" in fault(url)
