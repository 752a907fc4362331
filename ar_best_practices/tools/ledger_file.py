"""Read the text of an accounting export: encoding, delimiter, rows.

Standard library only; workbooks are read elsewhere.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator

ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
DELIMITERS = (";", ",", "\t", "|")
SNIFFED_LINES = 50


def sniff_encoding(content: bytes) -> str:
    """Return the encoding of a text: by its mark, else UTF-8 if it is, else Windows.

    >>> sniff_encoding("Échéance".encode("utf-8")), sniff_encoding(b"R\\xe9gl\\xe9")
    ('utf-8-sig', 'cp1252')
    >>> sniff_encoding("Échéance".encode("utf-16"))
    'utf-16'
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def decode(content: bytes) -> str:
    """Return the text of a file. Bytes that Windows leaves undefined are marked.

    >>> decode(b"\\xef\\xbb\\xbfClient;R\\xc3\\xa9gl\\xc3\\xa9 le")
    'Client;Réglé le'
    """
    return content.decode(sniff_encoding(content), errors="replace")


def sniff_delimiter(text: str) -> str:
    """Return the delimiter that cuts most lines into the same number of cells.

    A decimal comma does not mislead it: the delimiter is steady, decimals are not.

    >>> sniff_delimiter("a;b;c\\n1,5;2;3,2\\n4;5,1;6")
    ';'
    >>> sniff_delimiter('a,b\\n"1;2;3",4\\n"5;6;7",8')
    ','
    """
    lines = text.splitlines()[:SNIFFED_LINES]
    return max(DELIMITERS, key=lambda delimiter: _steadiness(lines, delimiter))


def _steadiness(lines: list[str], delimiter: str) -> tuple[int, int]:
    """Return how many lines agree on a number of cells above one, and that number."""
    widths = Counter(
        len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1
    )
    width, lines_agreeing = max(
        widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0)
    )
    return lines_agreeing, width


def read_csv(content: bytes) -> Iterator[list[str]]:
    """Yield the rows of a CSV file as lists of stripped cells, empty rows included.

    The line ``sep=;`` with which some programs begin is an empty row.

    >>> list(read_csv(b"sep=;\\nClient;Montant\\nRoy ;1 200,50\\n"))
    [[], ['Client', 'Montant'], ['Roy', '1 200,50']]
    >>> list(read_csv(b""))
    []

    :raise csv.Error: the content is not text
    """
    text = decode(content)
    first, _newline, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        delimiter, text = first.strip()[-1], rest
        yield []
    else:
        delimiter = sniff_delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        yield [cell.strip() for cell in row]
