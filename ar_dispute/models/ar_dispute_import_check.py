"""What the rows of a dispute spreadsheet say, held against the ledger."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.ar_best_practices.tools import ledger_row

from ..tools import dispute_columns as columns
from ..tools import dispute_states
from .ar_dispute_line import Part

MAX_TEXT = 10_000  # characters of what a customer said
MAX_NUMBERS = 50  # invoices in a case
MAX_WORD = 200  # characters of a reason
MAX_AMOUNT = Decimal(10) ** 12
CODES = {
    columns.REASON: "ar.dispute.reason",
    columns.CAUSE: "ar.dispute.root.cause",
}


@dataclass
class Row:
    """One row as understood; with ``problems`` it becomes no case."""

    number: int
    texts: dict[str, str]
    heard: date | None = None
    closed: date | None = None
    amount: float | None = None
    state: str = "open"
    key: str = ""
    moves: Any = None
    parts: list[Part] = field(default_factory=list)
    values: dict = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    known: Any = None  # the case that this row became before


class Known(NamedTuple):
    """What the database knows of what the rows name, looked up once for all."""

    today: date
    moves: tuple[dict, ...]  # invoices by number, by payment reference, by reference
    items: dict  # of each invoice, the first due ones first
    free: dict[int, float]  # of each item; less with each row that is taken
    cases: dict  # cases of each invoice
    reasons: dict[str, Any]
    causes: dict[str, Any]
    users: dict[str, Any]
    imported: dict[str, Any]  # cases by key
    seen: dict[str, int]  # rows by key


class ArDisputeImportCheck(models.AbstractModel):
    """Looks up in a number of statements that does not depend on the rows, then tells
    of each row what it becomes, or all that is wrong with it."""

    _name = "ar.dispute.import.check"
    _description = "Check of a dispute spreadsheet"

    def _check_rows(self, records: list[tuple[int, dict]], lock=False) -> list[Row]:
        """Return what the rows say.

        :param records: row number and cells by role
        :param lock: nobody moves these items until the rows are registered
        """
        notation = ledger_row.Notation(self.date_order, self.decimal_separator)
        rows = [self._read_row(number, cells, notation) for number, cells in records]
        self._ask_words(rows)
        known = self._look_up(rows, lock)
        for row in rows:
            self._check_row(row, known)
        return rows

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _read_row(self, number: int, cells: dict, notation) -> Row:
        row = Row(number, {role: ledger_row.as_text(x) for role, x in cells.items()})
        row.heard = self._read_date(row, cells, columns.HEARD, notation)
        row.closed = self._read_date(row, cells, columns.CLOSED, notation)
        row.amount = self._read_amount(row, cells.get(columns.AMOUNT), notation)
        self._read_state(row)
        self._read_choices(row)
        self._check_sizes(row)
        return row

    def _read_date(self, row: Row, cells: dict, role: str, notation):
        try:
            return ledger_row.as_date(cells.get(role), notation.date_order)
        except (ValueError, OverflowError):
            self._refuse_value(row, role, self.env._("a date written like the others"))

    def _read_amount(self, row: Row, cell, notation) -> float | None:
        try:
            amount = ledger_row.as_amount(cell, notation.decimal)
        except ValueError:
            words = self.env._("an amount written like the others")
            return self._refuse_value(row, columns.AMOUNT, words)
        if amount is None:
            return None
        if not amount.is_finite() or not 0 < amount < MAX_AMOUNT:
            words = self.env._("an amount above zero that somebody owes")
            return self._refuse_value(row, columns.AMOUNT, words)
        return float(amount)

    def _refuse_value(self, row: Row, role: str, wanted: str):
        labels = dict(self._get_columns()._selection_role())
        row.problems.append(
            self.env._(
                "%(column)s: “%(value)s” is not %(wanted)s.",
                column=labels[role],
                value=row.texts[role][:80],
                wanted=wanted,
            )
        )

    def _read_state(self, row: Row):
        """A closing date ends a case, whether its state is told or not."""
        text = row.texts.get(columns.STATE, "")
        state = columns.find_word(text, columns.STATES) if text else None
        if text and not state:
            wanted = self.env._("“open”, “closed” or “cancelled”")
            self._refuse_value(row, columns.STATE, wanted)
        row.state = state or ("closed" if row.texts.get(columns.CLOSED) else "open")
        if row.state == "open" and row.closed:
            row.problems.append(
                self.env._("It is open and has a closing date: correct one of them.")
            )
        if row.state != "open" and not row.texts.get(columns.CLOSED):
            row.problems.append(
                self.env._("It has ended: fill in the closing date, or leave it out.")
            )

    def _read_choices(self, row: Row):
        """Read the decision and the channel, which are words of a short list."""
        if text := row.texts.get(columns.DECISION):
            row.values["decision"] = columns.find_word(text, columns.DECISIONS)
            if not row.values["decision"]:
                wanted = self.env._("“founded”, “partly founded” or “unfounded”")
                self._refuse_value(row, columns.DECISION, wanted)
        text = row.texts.get(columns.CHANNEL, "")
        channel = columns.find_word(text, columns.CHANNELS)
        row.values["channel"] = channel or "other"
        if text and not channel:
            remark = self.env._("Channel “%s”: taken as another one.", text[:80])
            row.remarks.append(remark)

    def _check_sizes(self, row: Row):
        row.values["claim"] = row.texts.get(columns.CLAIM)
        if len(row.values["claim"] or "") > MAX_TEXT:
            row.problems.append(
                self.env._(
                    "What the customer said is longer than %s characters: shorten it.",
                    MAX_TEXT,
                )
            )
        if len(self._get_numbers(row)) > MAX_NUMBERS:
            row.problems.append(
                self.env._(
                    "More than %s invoices in a row: make several rows.", MAX_NUMBERS
                )
            )

    def _get_numbers(self, row: Row) -> list[str]:
        return columns.split_numbers(row.texts.get(columns.NUMBER, ""))

    # ------------------------------------------------------------------
    # Their words
    # ------------------------------------------------------------------

    def _ask_words(self, rows: list[Row]):
        """List the words of the file that are not ours, with what they meant in the
        last import that was told."""
        unknown = self._get_unknown_words(rows)
        meant = self._get_meanings({key for _kind, key in unknown})
        self.env["ar.dispute.import.word"].create(
            [
                {"import_id": self.id, "kind": kind, "key": key, "text": text}
                | meant.get((kind, key), {})
                for (kind, key), text in unknown.items()
            ]
        )

    def _get_unknown_words(self, rows: list[Row]) -> dict[tuple[str, str], str]:
        """Return the words that are neither codes nor names of ours nor listed yet."""
        listed = {(word.kind, word.key) for word in self.word_ids}
        codes = {kind: self._find_codes(kind) for kind in CODES}
        found = {}
        for row in rows:
            for kind in CODES:
                text = row.texts.get(kind, "")[:MAX_WORD]
                key = columns.fold(text)
                if key and key not in codes[kind] and (kind, key) not in listed:
                    found.setdefault((kind, key), text)
        return found

    def _get_meanings(self, keys: set[str]) -> dict[tuple[str, str], dict]:
        words = self.env["ar.dispute.import.word"].search(
            [
                ("import_id.company_id", "=", self.company_id.id),
                ("key", "in", list(keys)),
            ],
            order="id",
        )
        return {
            (word.kind, word.key): {
                "reason_id": word.reason_id.id,
                "root_cause_id": word.root_cause_id.id,
            }
            for word in words
            if word._get_meaning()
        }

    # ------------------------------------------------------------------
    # Looking up
    # ------------------------------------------------------------------

    def _look_up(self, rows: list[Row], lock: bool) -> Known:
        numbers = set()
        for row in rows:
            numbers.add(row.texts.get(columns.NUMBER, ""))
            numbers.update(self._get_numbers(row)[:MAX_NUMBERS])
        moves = self._find_moves(numbers)
        items = self._find_items(moves)
        if lock:
            items.lock_for_update(allow_referencing=True)
        free = self.env["ar.dispute.line"]._get_free(items)
        return Known(
            today=self.env["ar.account"]._today(self.company_id),
            moves=tuple(
                self._index(moves, name)
                for name in ("name", "payment_reference", "ref")
            ),
            items=items.grouped("move_id"),
            free=free,
            cases=self._find_cases(moves),
            reasons=self._find_codes(columns.REASON),
            causes=self._find_codes(columns.CAUSE),
            users=self._find_users(),
            imported=self._find_imported(),
            seen={},
        )

    def _find_moves(self, numbers: set[str]):
        wanted = sorted({text for x in numbers if x for text in (x, x.upper())})
        moves = self.env["account.move"].search(
            Domain("company_id", "child_of", self.company_id.id)
            & Domain("move_type", "in", ("out_invoice", "out_receipt"))
            & Domain("state", "=", "posted")
            & (
                Domain("name", "in", wanted)
                | Domain("payment_reference", "in", wanted)
                | Domain("ref", "in", wanted)
            )
        )
        partners = moves.partner_id | moves.commercial_partner_id
        partners.fetch(["name", "ref", "vat"])
        return moves

    def _index(self, moves, name: str) -> dict:
        by_text = defaultdict(list)
        for move in moves:
            if text := move[name]:
                by_text[text.casefold()].append(move.id)
        return {text: moves.browse(ids) for text, ids in by_text.items()}

    def _find_items(self, moves):
        items = self.env["account.move.line"].search(
            [
                ("move_id", "in", moves.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("amount_currency", ">", 0),
            ]
        )
        return items.sorted(lambda item: (item.date_maturity or item.date, item.id))

    def _find_cases(self, moves) -> dict:
        """Return the cases about each invoice."""
        lines = self.env["ar.dispute.line"].search([("move_id", "in", moves.ids)])
        lines.dispute_id.line_ids.fetch(["move_id"])
        return {move: own.dispute_id for move, own in lines.grouped("move_id").items()}

    def _find_codes(self, kind: str) -> dict:
        """Return our codes by code, by name in each language, by the file's words."""
        domain = [("is_outcome", "=", False)] if kind == columns.REASON else []
        found = self.env[CODES[kind]].search(domain)
        codes = {}
        for lang, _name in self.env["res.lang"].get_installed():
            for record in found.with_context(lang=lang):
                codes[columns.fold(record.name)] = found.browse(record.id)
        codes |= {columns.fold(record.code): record for record in found}
        words = self.word_ids.filtered(lambda word: word.kind == kind)
        return codes | {x.key: x._get_meaning() for x in words if x._get_meaning()}

    def _find_users(self) -> dict:
        """Return who may treat disputes by login, e-mail and name."""
        group = self.env.ref("ar_dispute.group_ar_dispute_user")
        users = self.env["res.users"].search(
            [
                ("all_group_ids", "in", group.ids),
                ("company_ids", "child_of", self.company_id.id),
            ]
        )
        by_text = defaultdict(users.browse)
        for user in users:
            for text in {user.login, user.email, user.name}:
                if text:
                    by_text[text.strip().casefold()] |= user
        return by_text

    def _find_imported(self) -> dict:
        cases = self.env["ar.dispute"].search_fetch(
            [("company_id", "=", self.company_id.id), ("import_key", "!=", False)],
            ["import_key", "name"],
        )
        return {case.import_key: case for case in cases}

    # ------------------------------------------------------------------
    # One row
    # ------------------------------------------------------------------

    def _check_row(self, row: Row, known: Known):
        """Say what a row becomes, or all that is wrong with it."""
        self._check_days(row, known)
        self._take_code(row, columns.REASON, known.reasons, "reason_id")
        self._take_code(row, columns.CAUSE, known.causes, "root_cause_id")
        self._take_processor(row, known)
        self._take_moves(row, known)
        if row.moves and row.heard:
            self._check_known(row, known)
        if row.moves and not row.known:
            self._take_parts(row, known)
        if not row.known and not row.problems:
            for part in row.parts if row.state == "open" else ():
                known.free[part.line.id] -= part.amount

    def _check_days(self, row: Row, known: Known):
        if not row.texts.get(columns.HEARD):
            row.problems.append(self.env._("Fill in the day on which you heard of it."))
        for day in filter(None, (row.heard, row.closed)):
            if day > known.today:
                row.problems.append(
                    self.env._(
                        "%s is still to come: correct the date, or see whether day and"
                        " month are read in the right order.",
                        format_date(self.env, day),
                    )
                )
        if row.heard and row.closed and row.closed < row.heard:
            row.problems.append(
                self.env._("It is closed before it was heard of: correct a date.")
            )

    def _take_code(self, row: Row, role: str, codes: dict, name: str):
        text = row.texts.get(role, "")[:MAX_WORD]
        if not text:
            return
        if record := codes.get(columns.fold(text)):
            row.values[name] = record.id
        else:
            labels = dict(self._get_columns()._selection_role())
            row.problems.append(
                self.env._(
                    "%(column)s: “%(value)s” is none of ours: say under “Their words”"
                    " which one is meant.",
                    column=labels[role],
                    value=text[:80],
                )
            )

    def _take_processor(self, row: Row, known: Known):
        """Who treated an old case may have left: only an open one needs somebody."""
        text = row.texts.get(columns.PROCESSOR)
        if not text:
            return
        users = known.users.get(text.casefold(), self.env["res.users"])
        if len(users) == 1:
            row.values["processor_id"] = users.id
            return
        words = self.env._("Treated by “%s”: nobody of that login, e-mail or name.")
        if users:
            words = self.env._("Treated by “%s”: several users have that name.")
        if row.state == "open":
            advice = self.env._(
                "Write the login of a user who has the right “Dispute handler”, or"
                " leave it empty."
            )
            row.problems.append(f"{words % text[:80]} {advice}")
        else:
            row.remarks.append(words % text[:80])

    # ------------------------------------------------------------------
    # Invoices
    # ------------------------------------------------------------------

    def _take_moves(self, row: Row, known: Known):
        """Find the invoices of a row; a number may have a comma or an “and” in it."""
        text = row.texts.get(columns.NUMBER)
        if not text:
            row.problems.append(self.env._("Fill in the number of the invoice."))
            return
        whole = self._find_one(text, known)
        numbers = [text] if whole else self._get_numbers(row)[:MAX_NUMBERS]
        moves = self.env["account.move"]
        problems = []
        for number in numbers:
            found = self._narrow(row, self._find_one(number, known))
            if len(found) == 1:
                moves |= found
            else:
                problems.append(self._get_number_problem(number, found))
        problems = problems or self._get_owner_problems(row, moves)
        row.problems += problems
        if not problems:
            row.moves = moves

    def _find_one(self, number: str, known: Known):
        key = number.casefold()
        found = (by_text.get(key) for by_text in known.moves)
        return next(filter(None, found), self.env["account.move"])

    def _narrow(self, row: Row, moves):
        """Of several invoices with one number, take those of the customer named."""
        name = row.texts.get(columns.CUSTOMER)
        if len(moves) < 2 or not name:
            return moves
        return moves.filtered(lambda x: self._is_customer(name, x)) or moves

    def _is_customer(self, text: str, move) -> bool:
        partner = move.commercial_partner_id
        names = (partner.ref, partner.name, partner.vat, move.partner_id.name)
        return columns.is_named(text, filter(None, names))

    def _get_number_problem(self, number: str, found) -> str:
        if found:
            return self.env._(
                "Several invoices have the number %(number)s (%(found)s): write the"
                " one that Odoo gave.",
                number=number[:80],
                found=", ".join(found[:5].mapped("name")),
            )
        return self.env._(
            "No posted invoice has the number %s: correct it.", number[:80]
        )

    def _get_owner_problems(self, row: Row, moves) -> list[str]:
        owners = moves.commercial_partner_id
        if len(owners) > 1 or len(moves.currency_id) > 1:
            return [
                self.env._(
                    "These invoices are of several customers or currencies: make a row"
                    " for each."
                )
            ]
        name = row.texts.get(columns.CUSTOMER)
        if name and not self._is_customer(name, moves[0]):
            return [
                self.env._(
                    "%(number)s is an invoice of %(owner)s, not of %(named)s: correct"
                    " the number or the customer.",
                    number=moves[0].name,
                    owner=owners.name,
                    named=name[:80],
                )
            ]
        return []

    # ------------------------------------------------------------------
    # There already
    # ------------------------------------------------------------------

    def _check_known(self, row: Row, known: Known):
        """A row that became a case is left aside; one that repeats a case is wrong."""
        row.key = self._get_key(row)
        row.known = known.imported.get(row.key)
        if row.known:
            return
        first = known.seen.setdefault(row.key, row.number)
        if first != row.number:
            row.problems.append(
                self.env._(
                    "The same invoices, day and amount as row %s: leave one of them"
                    " out.",
                    first,
                )
            )
        elif twin := self._find_twin(row, known):
            row.problems.append(
                self.env._(
                    "%(case)s disputes the same already (%(amount)s, heard on"
                    " %(day)s): leave the row out, or correct it.",
                    case=twin.name,
                    amount=twin.currency_id.format(twin.amount),
                    day=format_date(self.env, twin.heard_date),
                )
            )

    def _get_key(self, row: Row) -> str:
        """Return what tells a case from all others, whatever is corrected later."""
        parts = [row.heard.isoformat(), str(row.amount or "")]
        parts += map(str, sorted(row.moves.ids))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def _find_twin(self, row: Row, known: Known):
        """Return the case about the same invoices and amount that is open, or that was
        heard of on the same day."""
        for case in known.cases.get(row.moves[0], ()):
            amount = row.amount or 0
            same = case.currency_id.compare_amounts(case.amount, amount) == 0
            about = case.line_ids.move_id == row.moves
            alive = row.state == "open" and dispute_states.is_open(case.state)
            if same and about and (alive or case.heard_date == row.heard):
                return case
        return None

    # ------------------------------------------------------------------
    # Amounts
    # ------------------------------------------------------------------

    def _take_parts(self, row: Row, known: Known):
        """Share the amount over the items of the invoices, the first due ones first:
        what is free of them, or, of a case that has ended, what they were."""
        items = [item for move in row.moves for item in known.items.get(move, ())]
        most = [
            known.free[item.id] if row.state == "open" else item.amount_currency
            for item in items
        ]
        currency = row.moves.currency_id
        left = total = currency.round(sum(x for x in most if x > 0))
        if row.amount is not None:
            left = currency.round(row.amount)
        if currency.compare_amounts(left, total) > 0 or not total:
            row.problems.append(self._get_amount_problem(row, left, total))
            return
        for item, amount in zip(items, most, strict=True):
            part = currency.round(min(left, amount))
            if part > 0:
                row.parts.append(Part(item, part))
                left = currency.round(left - part)
        if not row.parts:
            words = self.env._("an amount above zero that somebody owes")
            self._refuse_value(row, columns.AMOUNT, words)

    def _get_amount_problem(self, row: Row, amount: float, total: float) -> str:
        numbers = ", ".join(row.moves.mapped("name"))
        money = row.moves.currency_id.format
        if row.state != "open":
            return self.env._(
                "%(amount)s is more than %(numbers)s ever was (%(total)s): correct the"
                " amount.",
                amount=money(amount),
                numbers=numbers,
                total=money(total),
            )
        if not total:
            return self.env._(
                "Nothing of %s is open and not disputed yet: if the case has ended,"
                " fill in the closing date.",
                numbers,
            )
        return self.env._(
            "%(amount)s is more than what is open of %(numbers)s and not disputed yet"
            " (%(total)s): lower it, or, if the case has ended, fill in the closing"
            " date.",
            amount=money(amount),
            numbers=numbers,
            total=money(total),
        )
