"""Which column of a receivables export says what.

Every accounting system names its columns in its own way. The guess goes by the words
of the header, in English and French, and by what the values below it look like; a
person confirms it. Standard library only.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

CUSTOMER_CODE = "customer_code"
CUSTOMER_NAME = "customer_name"
NUMBER = "number"
INVOICE_DATE = "invoice_date"
DUE_DATE = "due_date"
AMOUNT = "amount"
CURRENCY = "currency"
SETTLED_DATE = "settled_date"
PAID_AMOUNT = "paid_amount"
OPEN_AMOUNT = "open_amount"
DISPUTED = "disputed"
EMAIL = "email"
PHONE = "phone"

DATE_ROLES = (INVOICE_DATE, DUE_DATE, SETTLED_DATE)
AMOUNT_ROLES = (AMOUNT, PAID_AMOUNT, OPEN_AMOUNT)
REQUIRED_ROLES = (CUSTOMER_CODE, NUMBER, INVOICE_DATE, DUE_DATE, AMOUNT)
"""What a row must say. The name of a customer stands for its code, and the reverse."""

EXACT_SCORE = 1000  # less the rank of the wording, so that better words win
LAST_RESORT = -2 * EXACT_SCORE

# Words of each role, best first: an earlier wording wins a tie between two columns.
# Written as `normalize` returns them.
WORDINGS: dict[str, tuple[str, ...]] = {
    CUSTOMER_CODE: (
        "customer id",
        "customer code",
        "customer no",
        "customer number",
        "customer account",
        "account no",
        "account number",
        "account code",
        "account id",
        "cust id",
        "cust no",
        "cust number",
        "client id",
        "client code",
        "client no",
        "debtor",
        "debtor no",
        "debtor id",
        "business partner",
        "code client",
        "no client",
        "id client",
        "numero client",
        "compte client",
        "compte tiers",
        "code tiers",
        "no compte",
        "no de compte",
        "compte auxiliaire",
        "compte aux num",
        "comp aux num",
        "tiers",
        "compte",
        "account",
        "customer",
        "client",
    ),
    CUSTOMER_NAME: (
        "customer name",
        "client name",
        "debtor name",
        "partner name",
        "account name",
        "company name",
        "name customer",
        "nom client",
        "nom du client",
        "raison sociale",
        "raison sociale client",
        "nom du tiers",
        "nom tiers",
        "intitule",
        "intitule client",
        "comp aux lib",
        "denomination",
        "customer",
        "client",
        "partner",
        "invoice partner display name",
        "bill to",
        "sold to",
        "company",
        "societe",
        "name",
        "nom",
    ),
    NUMBER: (
        "invoice number",
        "invoice no",
        "invoice id",
        "invoice ref",
        "invoice reference",
        "inv no",
        "inv number",
        "bill number",
        "document number",
        "document no",
        "doc number",
        "doc no",
        "voucher no",
        "numero facture",
        "numero de facture",
        "numero de la facture",
        "no facture",
        "no de facture",
        "ref facture",
        "reference facture",
        "code facture",
        "no piece",
        "no de piece",
        "numero de piece",
        "numero piece",
        "piece ref",
        "no document",
        "numero document",
        "no de document",
        "invoice",
        "facture",
        "piece",
        "document",
        "number",
        "numero",
        "no",
        "reference",
        "ref",
    ),
    INVOICE_DATE: (
        "invoice date",
        "inv date",
        "date of invoice",
        "bill date",
        "document date",
        "doc date",
        "date facture",
        "date de facture",
        "date de la facture",
        "date de facturation",
        "date facturation",
        "date emission",
        "date d emission",
        "emise le",
        "facture le",
        "date piece",
        "piece date",
        "date de piece",
        "date document",
        "date du document",
        "issue date",
        "issued on",
        "posting date",
        "transaction date",
        "ecriture date",
        "date",
    ),
    DUE_DATE: (
        "due date",
        "date due",
        "due on",
        "due",
        "invoice date due",
        "payment due date",
        "payment due",
        "net due date",
        "maturity date",
        "maturity",
        "date echeance",
        "date d echeance",
        "date de echeance",
        "date ech",
        "echeance",
        "echeance le",
        "echeances",
        "echue le",
        "a payer le",
        "a regler le",
        "payable le",
    ),
    AMOUNT: (
        "invoice amount",
        "amount incl tax",
        "amount including tax",
        "amount inc vat",
        "amount incl vat",
        "total incl tax",
        "total incl vat",
        "gross amount",
        "total amount",
        "invoice total",
        "original amount",
        "document amount",
        "amount in currency",
        "montant ttc",
        "total ttc",
        "montant facture",
        "montant de la facture",
        "montant total",
        "montant initial",
        "montant origine",
        "montant d origine",
        "ttc",
        "montant",
        "amount",
        "amount total",
        "total",
    ),
    CURRENCY: (
        "currency",
        "currency code",
        "invoice currency",
        "document currency",
        "ccy",
        "curr",
        "cur",
        "iso currency",
        "devise",
        "code devise",
        "devise facture",
        "i devise",
        "monnaie",
    ),
    SETTLED_DATE: (
        "settled date",
        "settlement date",
        "settled on",
        "date settled",
        "clearing date",
        "clear date",
        "cleared on",
        "payment date",
        "date paid",
        "paid date",
        "paid on",
        "date of payment",
        "last payment date",
        "date reglement",
        "date de reglement",
        "date du reglement",
        "regle le",
        "reglee le",
        "date paiement",
        "date de paiement",
        "date du paiement",
        "paye le",
        "payee le",
        "date encaissement",
        "date d encaissement",
        "encaisse le",
        "date lettrage",
        "date de lettrage",
        "date let",
        "solde le",
        "settled",
        "paid",
        "regle",
        "paye",
    ),
    PAID_AMOUNT: (
        "paid amount",
        "amount paid",
        "settled amount",
        "amount settled",
        "amount received",
        "paid to date",
        "payments",
        "montant regle",
        "montant paye",
        "montant encaisse",
        "montant du reglement",
        "montant reglement",
        "total regle",
        "deja regle",
        "deja paye",
        "paid",
        "regle",
        "paye",
        "encaisse",
        "reglement",
        "acompte",
    ),
    OPEN_AMOUNT: (
        "open amount",
        "amount open",
        "outstanding amount",
        "amount outstanding",
        "outstanding",
        "outstanding balance",
        "open balance",
        "balance due",
        "amount due",
        "due amount",
        "amount residual",
        "residual",
        "residual amount",
        "remaining amount",
        "remaining",
        "unpaid amount",
        "unpaid",
        "balance",
        "solde",
        "solde du",
        "solde restant",
        "solde facture",
        "reste a payer",
        "reste a regler",
        "reste du",
        "restant du",
        "montant du",
        "montant restant",
        "montant ouvert",
        "montant restant du",
        "impaye",
        "open",
    ),
    DISPUTED: (
        "disputed",
        "dispute",
        "in dispute",
        "is disputed",
        "dispute flag",
        "litige",
        "en litige",
        "litigieux",
        "contestee",
        "conteste",
    ),
    EMAIL: (
        "email",
        "e mail",
        "mail",
        "email address",
        "e mail address",
        "customer email",
        "client email",
        "contact email",
        "courriel",
        "adresse mail",
        "adresse email",
        "adresse e mail",
        "mail client",
        "email client",
    ),
    PHONE: (
        "phone",
        "phone number",
        "telephone",
        "telephone number",
        "tel",
        "customer phone",
        "no telephone",
        "no de telephone",
        "numero de telephone",
        "telephone client",
        "tel client",
        "mobile",
        "portable",
        "gsm",
    ),
}

# Words that say that a column is about something else, however alike it looks.
STRANGERS: dict[str, tuple[str, ...]] = {
    AMOUNT: (
        *("ht", "tva", "tax", "vat", "net", "discount", "remise", "days", "jours"),
        *("paid", "regle", "paye", "due", "du"),
    ),
    OPEN_AMOUNT: ("date", "days", "jours", "le", "on"),
    PAID_AMOUNT: ("date", "days", "jours", "le", "on"),
    NUMBER: (
        *("date", "order", "commande", "customer", "client", "account", "compte"),
        *("telephone", "phone", "tel"),
    ),
    INVOICE_DATE: ("due", "echeance", "ech", "delivery", "livraison", "order"),
    DUE_DATE: ("amount", "montant", "days", "jours", "solde", "balance", "reste"),
    SETTLED_DATE: ("amount", "montant", "days", "jours", "due", "echeance", "mode"),
    CUSTOMER_CODE: (
        *("name", "nom", "email", "mail", "phone", "telephone", "tel", "date"),
        *("general", "category"),
    ),
    CUSTOMER_NAME: ("id", "code", "no", "numero", "email", "mail", "phone", "date"),
    CURRENCY: ("amount", "montant", "rate", "taux"),
}

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
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


def header_score(header: str, role: str) -> int:
    """Return how well a header speaks of a role: 0 (not at all) to 1000.

    >>> header_score("InvoiceNumber", "number"), header_score("Order no", "number")
    (1000, 0)
    >>> header_score("Montant HT", "amount")
    0
    >>> header_score("Montant TTC en euros", "amount")
    11
    """
    text = normalize(header)
    wordings = WORDINGS[role]
    if text in wordings:
        return EXACT_SCORE - wordings.index(text)
    words = set(text.split())
    if words.intersection(STRANGERS.get(role, ())):
        return 0
    parts = [wording for wording in wordings if words.issuperset(wording.split())]
    return max(map(len, parts), default=0)


def _all_match(pattern: re.Pattern, values: Sequence[str]) -> bool:
    return all(pattern.fullmatch(value.strip()) for value in values)


def _looks_like_date(values: Sequence[str]) -> bool:
    return all(
        _DATE.fullmatch(value.strip()) or _NAMED_DATE.fullmatch(value.strip())
        for value in values
    )


def _looks_like_amount(values: Sequence[str]) -> bool:
    return _all_match(_NUMBER, values) and not any(
        _DATE.fullmatch(value.strip()) for value in values
    )


LOOKS: dict[str, Callable[[Sequence[str]], bool]] = {
    **dict.fromkeys(DATE_ROLES, _looks_like_date),
    **dict.fromkeys(AMOUNT_ROLES, _looks_like_amount),
    EMAIL: lambda values: _all_match(_EMAIL, values),
    CURRENCY: lambda values: _all_match(_CURRENCY, values),
}


def fits(role: str, samples: Sequence[str]) -> bool:
    """Say whether half the values of a column can be what the role needs.

    A few wrong values do not hide a column: they are reported row by row. A column
    without any value fits every role.

    >>> fits("settled_date", ["2/22/2012", "", "1/12/2013"])
    True
    >>> fits("settled_date", ["120,00", "80,50"]), fits("paid_amount", ["120,00"])
    (False, True)
    """
    look = LOOKS.get(role)
    values = [value for value in samples if value.strip()]
    if look is None or not values:
        return True
    return 2 * sum(look([value]) for value in values) >= len(values)


def guess_columns(
    headers: Sequence[str], samples: Sequence[Sequence[str]] = ()
) -> list[str | None]:
    """Return the role of each column, ``None`` for a column that is not needed.

    The surest matches are taken first; a role is given once, a column has one role.

    :param headers: the names of the columns
    :param samples: for each column, some of its values

    >>> guess_columns(["customerID", "invoiceNumber", "InvoiceDate", "DueDate"])
    ['customer_code', 'number', 'invoice_date', 'due_date']
    >>> guess_columns(["Client", "N° facture", "Date facture", "Échéance"])
    ['customer_name', 'number', 'invoice_date', 'due_date']
    >>> guess_columns(["Montant TTC", "Réglé le", "Litige", "Solde"])
    ['amount', 'settled_date', 'disputed', 'open_amount']
    >>> guess_columns(["Client", "Nom du client", "TVA"])
    ['customer_code', 'customer_name', None]
    >>> guess_columns(["Payé", "Due date"], [["12,50", "0,00"], ["soon", "later"]])
    ['paid_amount', 'due_date']
    """
    roles: list[str | None] = [None] * len(headers)
    taken: set[str] = set()
    for match in _matches(headers, samples):
        if roles[match.column] is None and match.role not in taken:
            roles[match.column] = match.role
            taken.add(match.role)
    return roles


def _matches(headers: Sequence[str], samples: Sequence[Sequence[str]]) -> list[Match]:
    """List the possible readings, the surest first, then from left to right."""
    found = [
        Match(_match_score(header, role, values), column, role)
        for column, (header, values) in enumerate(
            itertools.zip_longest(headers, samples, fillvalue=())
        )
        for role in WORDINGS
    ]
    matches = [match for match in found if match.score]
    return sorted(matches, key=lambda match: (-match.score, match.column))


def _match_score(header: str, role: str, values: Sequence[str]) -> int:
    """Return the score of a header whose values fit its role, else 0.

    What a file must have is better wrong row by row than not found: a column so named
    is taken even if its values do not fit, when there is no other.
    """
    score = header_score(header, role)
    if not score or fits(role, values):
        return score
    named = normalize(header) in WORDINGS[role]
    return score + LAST_RESORT if named and role in REQUIRED_ROLES else 0


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the index of the row that names the columns, ``None`` if there is none.

    Exports often begin with a title, a date and an empty row.

    >>> find_header([["Open items"], [], ["Customer", "Invoice no", "Due date"]])
    2
    >>> find_header([["1", "2"], ["3", "4"]]) is None
    True
    """
    counts = [sum(role is not None for role in guess_columns(row)) for row in rows]
    best = max(counts, default=0)
    return counts.index(best) if best > 1 else None
