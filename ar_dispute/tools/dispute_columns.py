"""The words of a dispute spreadsheet: its columns, states, decisions and channels.

In English and French, written without accents, capitals and signs. Standard library
only.
"""

import re
import unicodedata
from collections.abc import Iterable

NUMBER = "number"
CUSTOMER = "customer"
AMOUNT = "amount"
HEARD = "heard"
REASON = "reason"
CLAIM = "claim"
STATE = "state"
CLOSED = "closed"
DECISION = "decision"
CAUSE = "cause"
PROCESSOR = "processor"
CHANNEL = "channel"

DATE_ROLES = (HEARD, CLOSED)
AMOUNT_ROLES = (AMOUNT,)
REQUIRED_ROLES = (NUMBER, HEARD)
OPTIONAL_ROLES = (AMOUNT, CLOSED)
"""What a file may do without; a column so named is read all the same."""

# Words of each role, best first: an earlier wording wins a tie between two columns.
WORDINGS: dict[str, tuple[str, ...]] = {
    NUMBER: (
        "invoice number",
        "invoice no",
        "invoice numbers",
        "invoices",
        "invoice ref",
        "inv no",
        "document number",
        "document no",
        "no facture",
        "no de facture",
        "numero facture",
        "numero de facture",
        "numeros de facture",
        "no factures",
        "factures",
        "ref facture",
        "reference facture",
        "no piece",
        "invoice",
        "facture",
        "piece",
        "document",
        "number",
        "numero",
    ),
    CUSTOMER: (
        "customer",
        "client",
        "customer name",
        "nom client",
        "nom du client",
        "customer code",
        "code client",
        "customer id",
        "no client",
        "raison sociale",
        "debtor",
        "tiers",
        "company",
        "societe",
        "partner",
        "compte",
        "account",
    ),
    AMOUNT: (
        "disputed amount",
        "amount disputed",
        "amount in dispute",
        "dispute amount",
        "montant conteste",
        "montant litige",
        "montant du litige",
        "montant en litige",
        "montant litigieux",
        "montant ttc",
        "montant",
        "amount",
        "value",
        "valeur",
        "disputed",
        "conteste",
    ),
    HEARD: (
        "date heard",
        "heard on",
        "heard date",
        "date of dispute",
        "dispute date",
        "date received",
        "received on",
        "date opened",
        "opened on",
        "open date",
        "opening date",
        "start date",
        "reported on",
        "date litige",
        "date du litige",
        "date de reception",
        "recu le",
        "date ouverture",
        "date d ouverture",
        "ouvert le",
        "ouverture",
        "date de declaration",
        "declare le",
        "signale le",
        "appris le",
        "connu le",
        "date de creation",
        "created on",
        "date",
    ),
    REASON: (
        "reason",
        "reason code",
        "dispute reason",
        "dispute code",
        "motif",
        "code motif",
        "motif du litige",
        "motif litige",
        "code litige",
        "type de litige",
        "nature du litige",
        "dispute type",
        "nature",
        "type",
        "category",
        "categorie",
        "code",
    ),
    CLAIM: (
        "what the customer said",
        "customer said",
        "said by the customer",
        "claim",
        "customer claim",
        "comment",
        "comments",
        "description",
        "details",
        "remarks",
        "notes",
        "note",
        "dires du client",
        "dit par le client",
        "ce que dit le client",
        "reclamation",
        "commentaire",
        "commentaires",
        "observation",
        "observations",
        "remarque",
        "remarques",
        "detail",
    ),
    STATE: ("state", "status", "etat", "statut", "avancement", "stage", "situation"),
    CLOSED: (
        "closed on",
        "date closed",
        "closed date",
        "closing date",
        "date of closing",
        "end date",
        "resolved on",
        "date resolved",
        "date cloture",
        "date de cloture",
        "clos le",
        "cloture le",
        "cloture",
        "ferme le",
        "solde le",
        "resolu le",
        "date de fin",
        "date de resolution",
        "closed",
        "clos",
    ),
    DECISION: (
        "decision",
        "founded",
        "verdict",
        "outcome",
        "conclusion",
        "fonde",
        "bien fonde",
        "recevabilite",
        "recevable",
    ),
    CAUSE: (
        "root cause",
        "cause",
        "cause code",
        "cause racine",
        "cause reelle",
        "cause profonde",
        "code cause",
        "origine",
        "origin",
    ),
    PROCESSOR: (
        "processor",
        "treated by",
        "handled by",
        "handler",
        "assigned to",
        "owner",
        "responsible",
        "traite par",
        "traitant",
        "gestionnaire",
        "suivi par",
        "responsable",
        "affecte a",
        "attribue a",
        "user",
        "utilisateur",
    ),
    CHANNEL: (
        "channel",
        "received by",
        "canal",
        "moyen",
        "recu par",
        "source",
        "medium",
        "via",
        "how",
    ),
}

# Words that say that a column is about something else, however alike it looks.
STRANGERS: dict[str, tuple[str, ...]] = {
    NUMBER: ("date", "amount", "montant", "customer", "client", "order", "commande"),
    CUSTOMER: (
        *("invoice", "facture", "date", "said", "dit", "dires", "comment", "claim"),
        *("email", "phone", "telephone"),
    ),
    AMOUNT: ("invoice", "facture", "ht", "tva", "vat", "date", "open", "paid", "due"),
    HEARD: (
        *("closed", "closing", "cloture", "clos", "end", "fin", "due", "echeance"),
        *("invoice", "facture", "resolution", "resolved", "deadline"),
    ),
    REASON: ("refused", "refus", "refusee", "decision", "root", "racine"),
    CLAIM: ("date", "amount", "montant"),
    STATE: ("date",),
    DECISION: ("date",),
    CAUSE: ("date",),
    PROCESSOR: ("date", "cause"),
    CHANNEL: ("date",),
}

STATES: dict[str, tuple[str, ...]] = {
    "open": (
        *("open", "new", "in progress", "pending", "qualified", "investigating"),
        *("waiting", "decided", "approved", "executed", "active", "ongoing", "to do"),
        *("ouvert", "ouverte", "nouveau", "nouvelle", "en cours", "en attente"),
        *("qualifie", "a traiter", "actif", "non resolu", "en litige"),
    ),
    "closed": (
        *("closed", "done", "solved", "resolved", "settled", "finished", "ended"),
        *("clos", "close", "cloture", "cloturee", "ferme", "fermee", "termine"),
        *("terminee", "resolu", "resolue", "solde", "soldee", "regle", "reglee"),
        *("traite", "traitee"),
    ),
    "cancelled": (
        *("cancelled", "canceled", "annule", "annulee", "abandonne", "abandonnee"),
        *("withdrawn", "retire", "sans suite"),
    ),
}
DECISIONS: dict[str, tuple[str, ...]] = {
    "founded": (
        *("founded", "justified", "accepted", "yes", "fonde", "fondee", "justifie"),
        *("justifiee", "accepte", "acceptee", "oui", "recevable"),
    ),
    "partly": (
        *("partly founded", "partly", "partial", "partially", "partly accepted"),
        *("partiellement fonde", "partiellement", "partiel", "en partie"),
        *("partiellement fondee", "partiellement accepte"),
    ),
    "unfounded": (
        *("unfounded", "rejected", "refused", "no", "not justified", "non fonde"),
        *("non fondee", "infonde", "infondee", "rejete", "rejetee", "refuse", "non"),
        *("refusee", "injustifie", "injustifiee", "non justifie", "irrecevable"),
    ),
}
CHANNELS: dict[str, tuple[str, ...]] = {
    "portal": ("portal", "portail", "web", "site", "website"),
    "mail": ("mail", "email", "e mail", "courriel", "mel"),
    "phone": ("phone", "call", "telephone", "tel", "appel"),
    "letter": ("letter", "post", "lettre", "courrier", "lrar", "lettre recommandee"),
    "visit": ("visit", "visite", "meeting", "rendez vous", "rdv"),
    "order_desk": ("order desk", "adv", "sales desk", "service client"),
    "other": ("other", "autre"),
}

_BETWEEN = re.compile(r"[,;+&|\n\r\t]|\s(?:et|and)\s")
_LEGAL = frozenset(
    {"sa", "sas", "sarl", "eurl", "sasu", "ltd", "inc", "gmbh", "bv", "llc", "co"}
)


def fold(text: str) -> str:
    """Return a text as plain lower-case words.

    >>> fold(" Clôturé "), fold("E-Mail"), fold("Dégât / Transport")
    ('cloture', 'e mail', 'degat transport')
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", plain.casefold()))


def find_word(text: str, words: dict[str, tuple[str, ...]]) -> str | None:
    """Return the code of which a text is one of the words, ``None`` for no code.

    >>> find_word("Clôturé", STATES), find_word("soon", STATES)
    ('closed', None)
    """
    plain = fold(text)
    return next((code for code, known in words.items() if plain in known), None)


def split_numbers(text: str) -> list[str]:
    """Return the invoice numbers of a cell, each once.

    >>> split_numbers("F/26/1, F/26/2 et F/26/3"), split_numbers(" F1 ")
    (['F/26/1', 'F/26/2', 'F/26/3'], ['F1'])
    """
    numbers = (number.strip() for number in _BETWEEN.split(text))
    return list(dict.fromkeys(number for number in numbers if number))


def is_named(text: str, names: Iterable[str]) -> bool:
    """Tell whether a customer may be meant by a text: its code, or enough of its name.

    >>> is_named("ROY", ["C0012", "Roy & Fils SA"]), is_named("c0012", ["C0012"])
    (True, True)
    >>> is_named("Dupont", ["C0012", "Roy & Fils SA"]), is_named("Roy SAS", ["Roy SA"])
    (False, True)
    """
    wanted = set(fold(text).split())
    core = wanted - _LEGAL or wanted
    if not core:
        return False
    for name in names:
        known = set(fold(name).split())
        short = known - _LEGAL or known
        if known and (core <= known or short <= wanted):
            return True
    return False
