"""Which column of a table says what: by the words of its header and by its values.

Every program names its columns in its own way. A :class:`Vocabulary` holds the words of
one kind of file; the guess is confirmed by a person. Standard library only.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

EXACT_SCORE = 1000  # less the rank of the wording, so that better words win
LAST_RESORT = -2 * EXACT_SCORE

_DATE = re.compile(r"\d{1,4}\s?[-/. ]\s?(\d{1,2}|[^\W\d]+\.?)\s?[-/. ]\s?\d{2,4}.*")
_NAMED_DATE = re.compile(r"[^\W\d]{3,9}\.?\s\d{1,2},?\s\d{4}|\d{8}")
_NUMBER = re.compile(r"[-+(]?\D{0,4}\d[\d\s.,'’]*\D{0,4}")
_CURRENCY = re.compile(r"[A-Za-z]{3}|[$€£¥]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")


class Match(NamedTuple):
    """One possible reading of a column: a higher ``score`` is surer."""

    score: int
    column: int
    role: str


def looks_like_date(value: str) -> bool:
    """Say whether a text looks like a date.

    >>> looks_like_date("2/22/2012"), looks_like_date("20120222"), looks_like_date("12")
    (True, True, False)
    """
    return bool(_DATE.fullmatch(value) or _NAMED_DATE.fullmatch(value))


def looks_like_amount(value: str) -> bool:
    """Say whether a text looks like an amount.

    >>> looks_like_amount("-1 234,50 €"), looks_like_amount("02.03.2026")
    (True, False)
    """
    return bool(_NUMBER.fullmatch(value)) and not _DATE.fullmatch(value)


def looks_like_currency(value: str) -> bool:
    """Say whether a text looks like the code or the sign of a currency.

    >>> looks_like_currency("EUR"), looks_like_currency("12")
    (True, False)
    """
    return bool(_CURRENCY.fullmatch(value))


def normalize(header: str) -> str:
    """Return a header as plain lower-case words.

    >>> normalize("InvoiceDate"), normalize("customerID"), normalize(" N° Facture ")
    ('invoice date', 'customer id', 'no facture')
    >>> normalize("Date d'échéance"), normalize("MONTANT_TTC (€)")
    ('date d echeance', 'montant ttc')
    """
    text = _CAMEL.sub(" ", header.strip())
    text = re.sub(r"(?i)\bn\s?[°º]|#|\bnum\b\.?|\bnbr?\b", " no ", text)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


class Vocabulary(NamedTuple):
    """How one kind of file names its columns.

    ``wordings``: the words of each role, best first, as :func:`normalize` returns them;
    an earlier wording wins a tie between two columns. ``strangers``: words that say
    that a column is about something else, however alike it looks. ``looks``: whether a
    text can be a value of a role. ``required``: the roles that a file must have.

    >>> looks = {"day": looks_like_date}
    >>> words = Vocabulary({"day": ["date", "jour"], "sum": ["total"]}, {}, looks, [])
    >>> words.guess(["Total", "Jour", "Note"], [["12"], ["02/03/2026"]])
    ['sum', 'day', None]
    """

    wordings: Mapping[str, Sequence[str]]
    strangers: Mapping[str, Sequence[str]]
    looks: Mapping[str, Callable[[str], bool]]
    required: Sequence[str]

    def score(self, header: str, role: str) -> int:
        """Return how well a header speaks of a role: 0 (not at all) to 1000."""
        text = normalize(header)
        wordings = self.wordings[role]
        if text in wordings:
            return EXACT_SCORE - wordings.index(text)
        words = set(text.split())
        if words.intersection(self.strangers.get(role, ())):
            return 0
        parts = [wording for wording in wordings if words.issuperset(wording.split())]
        return max(map(len, parts), default=0)

    def fits(self, role: str, samples: Sequence[str]) -> bool:
        """Say whether half the values of a column can be what the role needs.

        A few wrong values do not hide a column: they are reported row by row. A column
        without any value fits every role.
        """
        look = self.looks.get(role)
        values = [value.strip() for value in samples if value.strip()]
        return not look or 2 * sum(map(look, values)) >= len(values)

    def guess(
        self, headers: Sequence[str], samples: Sequence[Sequence[str]] = ()
    ) -> list[str | None]:
        """Return the role of each column, ``None`` for a column that is not needed.

        The surest matches are taken first; a role is given once, a column has one role.

        :param headers: the names of the columns
        :param samples: for each column, some of its values
        """
        roles: list[str | None] = [None] * len(headers)
        taken: set[str] = set()
        for match in self._matches(headers, samples):
            if roles[match.column] is None and match.role not in taken:
                roles[match.column] = match.role
                taken.add(match.role)
        return roles

    def _matches(
        self, headers: Sequence[str], samples: Sequence[Sequence[str]]
    ) -> list[Match]:
        """List the possible readings, the surest first, then from left to right."""
        found = [
            Match(self._match_score(header, role, values), column, role)
            for column, (header, values) in enumerate(
                itertools.zip_longest(headers, samples, fillvalue=())
            )
            for role in self.wordings
        ]
        matches = [match for match in found if match.score]
        return sorted(matches, key=lambda match: (-match.score, match.column))

    def _match_score(self, header: str, role: str, values: Sequence[str]) -> int:
        """Return the score of a header whose values fit its role, else 0.

        What a file must have is better wrong row by row than not found: a column so
        named is taken even if its values do not fit, when there is no other.
        """
        score = self.score(header, role)
        if not score or self.fits(role, values):
            return score
        named = normalize(header) in self.wordings[role]
        return score + LAST_RESORT if named and role in self.required else 0

    def find_header(self, rows: Sequence[Sequence[str]]) -> int | None:
        """Return the index of the row that names the columns, ``None`` for none.

        Exports often begin with a title, a date and an empty row.
        """
        counts = [sum(role is not None for role in self.guess(row)) for row in rows]
        best = max(counts, default=0)
        return counts.index(best) if best > 1 else None
