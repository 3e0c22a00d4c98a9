"""Hides phone, identity and bank card numbers in a text before people or logs see it."""

import re

_NUMBERS = re.compile(
    r"""
    (?<!\d)(?:
        (?P<identity>\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?![A-Za-z]))
      | (?P<card>(?:\d{4}[ -]){3}\d{4}(?:[ -]?\d{1,3}(?![ -]?\d))?)
      | (?P<phone>(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4})
      | (?P<landline>0\d{2,3}-?\d{7,8})
      | (?P<digits>\d{13,})
    )(?!\d)
    """,
    re.VERBOSE,
)
_KEPT = {"identity": (3, 4), "card": (4, 4), "phone": (3, 4), "landline": (3, 2), "digits": (4, 4)}
"""Digits left readable at the front and at the end."""
_HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ＋－　", "0123456789Xx+- ")


def mask(text: str) -> str:
    """The text with every such number starred out: 13812345678 -> 138****5678.

    Any run of 13 or more digits counts as a card number: hiding an order number is the smaller harm.
    """
    letters = list(text)
    for found in _NUMBERS.finditer(text.translate(_HALF_WIDTH)):
        for at in _hidden(found):
            letters[at] = "*"
    return "".join(letters)


def _hidden(found: re.Match[str]) -> list[int]:
    kind = found.lastgroup or "digits"
    number = found[0]
    head, tail = _KEPT[kind]
    if kind == "phone":
        head += _length_of_country_code(number)
    places = [at for at, sign in enumerate(number, found.start()) if sign.isdigit() or sign in "Xx"]
    return places[head : len(places) - tail]


def _length_of_country_code(number: str) -> int:
    digits = sum(sign.isdigit() for sign in number)
    return digits - 11
