"""Characters and price of an SMS.

A network carries 160 characters of its own alphabet in one message, 153 in each part of
a longer one; with a single other character 70 and 67. Source: 3GPP TS 23.038, 23.040.
"""

import math

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = "^{}\\[~]|€"
_PLAIN = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
        "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
    }
)


def plain(text: str) -> str:
    """Return the text with the spaces, quotes and dashes of a phone; letters stay.

    >>> plain("1\\u202f234,50\\u00a0€ – l’été")
    "1 234,50 € - l'été"
    """
    return text.translate(_PLAIN)


def size(text: str) -> tuple[int, int]:
    """Return how many characters the network counts, and how many SMS it bills.

    >>> size("Hello"), size("10 €"), size("ça va")
    ((5, 1), (5, 1), (5, 1))
    >>> size("x" * 161), size("ç" * 71), size("")
    ((161, 2), (71, 2), (0, 0))
    """
    if all(letter in _BASIC or letter in _DOUBLE for letter in text):
        length, alone, part = len(text) + sum(map(_DOUBLE.count, text)), 160, 153
    else:
        length, alone, part = len(text.encode("utf-16-le")) // 2, 70, 67
    if length <= alone:
        return length, int(length > 0)
    return length, math.ceil(length / part)
