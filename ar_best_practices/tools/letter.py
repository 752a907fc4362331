"""Room on the first page of a letter.

Figures of the shipped page (A4, 170 mm of text, 9.2 pt): the engine tells nobody how
high a text becomes, and one page is what a reader expects of a short letter.
"""

import math
import re

ROOM = 138.0  # mm between subject and bank details, less the head of the table
LINE = 4.3  # mm of a line of text
GAP = 2.0  # mm after a paragraph
ROW = 6.2  # mm of a row of the table
LINE_LENGTH = 108  # characters

_BLOCK = re.compile(r"</(?:p|li|div|h\d)>|<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


def text_height(html: str) -> float:
    """Return the height in mm that a text will take, block by block.

    >>> text_height("<p>One line.</p>")
    6.3
    >>> text_height("<p>One line.</p><p> </p>") == text_height("<p>One line.</p>")
    True
    >>> round(text_height("<p>" + "x" * 300 + "</p>"), 1)
    14.9
    """
    texts = (
        _SPACE.sub(" ", _TAG.sub("", block)).strip() for block in _BLOCK.split(html)
    )
    return sum(
        math.ceil(len(text) / LINE_LENGTH) * LINE + GAP for text in texts if text
    )


def rows_beside_text(html: str) -> int:
    """Return how many rows of a table fit on the page that holds this text.

    >>> rows_beside_text("<p>Short.</p>")
    21
    >>> rows_beside_text("<p>Long.</p>" * 100)
    0
    """
    return max(0, int((ROOM - text_height(html)) / ROW))
