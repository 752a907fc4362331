"""Which column of a receivables export says what.

Every accounting system names its columns in its own way. The guess goes by the words
of the header, in English and French, and by what the values below it look like; a
person confirms it. Standard library only.
"""

import re
from collections.abc import Sequence

from .column_guess import (
    Vocabulary,
    looks_like_amount,
    looks_like_currency,
    looks_like_date,
)

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
VOCABULARY = Vocabulary(
    WORDINGS,
    STRANGERS,
    {
        **dict.fromkeys(DATE_ROLES, looks_like_date),
        **dict.fromkeys(AMOUNT_ROLES, looks_like_amount),
        EMAIL: lambda value: bool(_EMAIL.fullmatch(value)),
        CURRENCY: looks_like_currency,
    },
    REQUIRED_ROLES,
)


def fits(role: str, samples: Sequence[str]) -> bool:
    """Say whether half the values of a column can be what the role needs.

    >>> fits("settled_date", ["2/22/2012", "", "1/12/2013"])
    True
    >>> fits("settled_date", ["120,00", "80,50"]), fits("paid_amount", ["120,00"])
    (False, True)
    """
    return VOCABULARY.fits(role, samples)


def guess_columns(
    headers: Sequence[str], samples: Sequence[Sequence[str]] = ()
) -> list[str | None]:
    """Return the role of each column, ``None`` for a column that is not needed.

    :param headers: the names of the columns
    :param samples: for each column, some of its values

    >>> guess_columns(["customerID", "invoiceNumber", "InvoiceDate", "DueDate"])
    ['customer_code', 'number', 'invoice_date', 'due_date']
    >>> guess_columns(["Client", "N° facture", "Date facture", "Échéance"])
    ['customer_name', 'number', 'invoice_date', 'due_date']
    >>> guess_columns(["Montant TTC", "Réglé le", "Litige", "Solde"])
    ['amount', 'settled_date', 'disputed', 'open_amount']
    >>> guess_columns(["Client", "Nom du client", "TVA", "Order no", "Montant HT"])
    ['customer_code', 'customer_name', None, None, None]
    >>> guess_columns(["Payé", "Due date"], [["12,50", "0,00"], ["soon", "later"]])
    ['paid_amount', 'due_date']
    """
    return VOCABULARY.guess(headers, samples)


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the index of the row that names the columns, ``None`` if there is none.

    >>> find_header([["Open items"], [], ["Customer", "Invoice no", "Due date"]])
    2
    >>> find_header([["1", "2"], ["3", "4"]]) is None
    True
    """
    return VOCABULARY.find_header(rows)
