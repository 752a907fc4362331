"""What a person or the job does with a proposal: match, correct, refuse, undo."""

import logging

from psycopg2 import IntegrityError, OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, RedirectWarning, UserError
from odoo.fields import Domain
from odoo.service.model import retrying

from .ar_matching_books import WAITING
from .ar_matching_engine import sign_items

_logger = logging.getLogger(__name__)
LATER = 10  # minutes, when people work on what the job wants to read
AT_ONCE = 100  # matchings in one request, at a quarter of a second each


class ArMatchingEntry(models.AbstractModel):
    _name = "ar.matching.entry"
    _inherit = ["ar.matching.engine", "ar.matching.posting"]
    _description = "Deciding about matching proposals"

    # ------------------------------------------------------------------
    # Matching
    # ------------------------------------------------------------------

    def _check_may_match(self):
        """Whoever may reconcile may match: accountants and billing users, and each
        the payments of his companies."""
        self.env["account.move.line"].check_access("write")
        self.move_id.line_ids.check_access("write")
        self.env["account.partial.reconcile"].check_access("create")

    def action_match(self):
        """Match what is proposed for these payments."""
        for proposal in self:
            proposal._match()
            proposal._learn_payer()
        return True

    def action_correct(self):
        """Open the dialog where a person says what a payment pays."""
        self.ensure_one()
        self._check_may_match()
        self._check_waits()
        correction = self.env["ar.matching.correction"]._open(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What does this payment pay?"),
            "res_model": correction._name,
            "res_id": correction.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_waits(self):
        if self.state not in WAITING:
            raise UserError(self.env._("Only a payment that waits can be corrected."))

    def _correct(self, values: dict, parts: list[dict]):
        """Match a payment with what a person chose instead of what was proposed.

        :param values: partner_id, left_amount, difference, writeoff_reason_id
        :param parts: of each item line_id, amount, discount and written_off, in its
            currency
        """
        self.ensure_one()
        self._check_may_match()
        before, payer = self._get_choice(), self.partner_id
        mine = self._checked_sudo("read")
        mine.refused = self._add_refused({part["line_id"] for part in parts})
        mine.line_ids.unlink()
        words = self.env._("chosen by %s", self.env.user.name)
        mine.write(values | {"reason": words, "rule_id": False, "doubt": False})
        for part in parts:
            mine.line_ids.create([self._prepare_line(**part)])
        mine.is_corrected = self._get_choice() != before or not parts
        self._match()
        if self.partner_id != payer:
            mine.payer_source = "person"
        self._learn_payer()

    def _add_refused(self, chosen: set[int]) -> str | bool:
        """Return what is refused of this payment, with the items that a person took
        off: what is left of it does not pay them by itself."""
        proposed = set(self.line_ids.line_id.ids)
        taken_off = proposed - chosen
        sets = {sign_items(taken_off), sign_items(proposed)} if taken_off else ()
        return " ".join([*filter(None, [self.refused]), *sorted(sets)]) or False

    def _get_choice(self) -> tuple:
        """Return what distinguishes one decision about a payment from another."""
        parts = sorted((x.line_id.id, x.amount, x.discount) for x in self.line_ids)
        owner = self.partner_id.id if self.left_amount else None
        return parts, self.difference, self.left_amount, owner

    def _prepare_line(self, line_id: int, **amounts) -> dict:
        item = self.env["account.move.line"].browse(line_id)
        return amounts | {
            "proposal_id": self.id,
            "line_id": item.id,
            "move_id": item.move_id.id,
            "number": item.move_name,
            "due_date": item.date_maturity or item.date,
            "currency_id": item.currency_id.id,
        }

    def _learn_payer(self):
        """Propose to remember who paid, when no bank account of ours told it."""
        payers = self.line_ids.line_id.partner_id or self.partner_id
        payers = payers.commercial_partner_id
        is_news = self.kind == "statement" and self.payer_source != "bank_account"
        if is_news and len(payers) == 1:
            self.env["ar.matching.hint"]._learn(self, payers)

    @api.model
    def action_match_certain(self):
        """Match everything that is certain; what cannot be says why and stays. A
        request does not last for ever: the job goes on with what is beyond."""
        self._check_may_match()
        certain = self.search([("state", "=", "certain")])
        first, later = certain[:AT_ONCE], certain[AT_ONCE:]
        matched = first.filtered(lambda proposal: proposal._try_match())
        words = self.env._(
            "%(matched)s payments matched, %(left)s to look at again.",
            matched=len(matched),
            left=len(first - matched),
        )
        if later:
            later._ask_job()
            more = self.env._("%s more follow within minutes.", len(later))
            words = f"{words} {more}"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": words,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _ask_job(self):
        """Let the job match these payments in the name of this person."""
        self._checked_sudo("read").asked_uid = self.env.uid
        # sudo: nobody reads jobs; what it does is what this person may do now
        self.env.ref("ar_best_practices.ir_cron_match").sudo()._trigger()

    def action_refuse(self):
        """Say that these items are not what is paid: they are not proposed again. What
        else it may pay is looked for with all the rest."""
        self._check_may_match()
        for proposal in self:
            proposal._lock_waiting(proposal)
            proposal._check_seen()
            refused = sign_items(proposal.line_ids.line_id.ids)
            mine = proposal._checked_sudo("read")
            mine.line_ids.unlink()
            mine.write(
                {
                    "refused": " ".join(filter(None, [proposal.refused, refused])),
                    "state": "unknown",
                    "doubt": "refused",
                    "reason": proposal._say_doubt("refused"),
                    "confidence": 0,
                    "left_amount": 0,
                    "difference": 0,
                }
            )
        return True

    @api.model
    def action_propose(self):
        """Look again at what waits."""
        self._check_may_match()
        self._propose()
        return True

    # ------------------------------------------------------------------
    # By itself
    # ------------------------------------------------------------------

    @api.model
    def _cron_match(self):
        """Look at what waits, and match what is certain where the company, or a person,
        says so.

        People match meanwhile: what they changed is read again, as in their requests.
        """
        self._propose_patiently()
        asked = Domain("asked_uid", "!=", False)
        self.search(asked & Domain("state", "!=", "certain")).asked_uid = False
        automatic = Domain("company_id.ar_matching_automatic", "=", True)
        certain = self.search(Domain("state", "=", "certain") & (automatic | asked))
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(certain))
        for proposal in certain:
            proposal._match_in_turn()
            if not commit(1):
                break

    def _match_in_turn(self):
        """Match one payment; whatever happens, the next ones have their turn."""
        try:
            retrying(self._match_by_job, self.env)
        except Exception:  # an addon's mistake in one entry is not that of all others
            self.env.cr.rollback()
            _logger.exception("matching: %s", self)
            reason = self.env._("An error: the log of the server says which.")
            waiting = self.exists().filtered(lambda it: it.state in WAITING)
            waiting.write({"state": "likely", "reason": reason, "asked_uid": False})

    def _match_by_job(self):
        """Match one payment in the name of whoever asked for it, or by itself."""
        mine = self.exists()  # it may be gone since the job began
        if person := mine.asked_uid:
            mine = mine.with_user(person)
            companies = mine.move_id.sudo().company_id | person.company_ids
            mine = mine.with_context(allowed_company_ids=companies.ids)
        else:
            mine = mine.with_company(mine.company_id)
        mine._try_match(not person)

    @api.model
    def _propose_patiently(self):
        """Look at what waits; while people match all the time, come back later."""
        try:
            retrying(self._propose, self.env)
        except (ConcurrencyError, OperationalError):
            _logger.info("matching: people work on these payments, again later")
            later = fields.Datetime.add(fields.Datetime.now(), minutes=LATER)
            self.env.ref("ar_best_practices.ir_cron_match")._trigger(later)

    def _try_match(self, is_automatic: bool = False) -> bool:
        """Match one payment, if it is still certain and nobody works on it; what
        prevents it becomes its reason."""
        # sudo: whoever asked the job may have lost his rights since, which is a reason
        mine = self.sudo().try_lock_for_update()
        mine.invalidate_recordset()
        if mine.state != "certain":
            return False
        try:
            with self.env.cr.savepoint():
                self._match(is_automatic)
        except (UserError, RedirectWarning) as error:
            words = error.args[0]
        except IntegrityError as error:
            _logger.exception("matching: %s of %s", mine, mine.move_id)
            words = self.env._("Odoo could not book this: %s", str(error).strip())
        else:
            return True
        mine.write({"state": "likely", "reason": words, "asked_uid": False})
        return False

    def _match(self, is_automatic: bool = False):
        """Match one payment; what changed since it was proposed is told.

        :raise UserError: matched meanwhile, or an item is not open any more
        """
        self.ensure_one()
        self._check_may_match()
        self._lock_matching()
        self._check_seen()
        if self.kind == "statement":
            self._match_bank_line()
        else:
            self._match_credit()
        now = fields.Datetime.now()
        start = fields.Datetime.to_datetime(self.date)
        self._checked_sudo("read").write(
            {
                "state": "matched",
                "matched_date": now,
                "matched_uid": self.env.uid,
                "is_automatic": is_automatic,
                "hours": max(0, (now - start).total_seconds() / 3600),
            }
        )

    def _lock_matching(self):
        """Take payment and items for this transaction, and read them again."""
        items = self.line_ids.line_id
        receipt = self.credit_line_id or self.statement_line_id.move_id.line_ids
        rows = items | receipt
        rows.check_access("write")  # of this company, before anything is done by sudo
        self._lock_waiting(rows)
        settles = self.line_ids or self.is_corrected  # all of it may stay on account
        if not settles or any(not self._is_open(line) for line in self.line_ids):
            raise UserError(
                self.env._(
                    "What this payment pays has changed: look again, then match."
                )
            )

    def _lock_waiting(self, rows):
        """Take a proposal that waits, and rows beside it, and read them again."""
        mine = self.try_lock_for_update() and rows.try_lock_for_update() == rows
        self.invalidate_recordset()
        rows.invalidate_recordset()
        if not mine or self.state not in WAITING:
            who = self.matched_uid.name
            raise UserError(
                self.env._("%s matched this payment meanwhile.", who)
                if who
                else self.env._("Somebody else works on this payment or its items now.")
            )

    def _check_seen(self):
        """What is proposed may be decided again while somebody looks at it: he decides
        about what he saw."""
        seen = self.env.context.get("ar_seen_items")
        if isinstance(seen, str) and seen != (self.items or ""):
            raise UserError(
                self.env._(
                    "What is proposed for this payment has changed meanwhile: look"
                    " again."
                )
            )

    def _is_open(self, line) -> bool:
        left = line.line_id.amount_residual_currency
        wanted = line.amount + line.discount
        enough = line.currency_id.compare_amounts(abs(left), abs(wanted)) >= 0
        return bool(line.line_id) and left * wanted > 0 and enough

    # ------------------------------------------------------------------
    # Undoing
    # ------------------------------------------------------------------

    def action_undo(self):
        """Undo a matching: the payment waits again, for a person."""
        self._check_may_match()
        for proposal in self:
            is_mine = proposal.try_lock_for_update()
            proposal.invalidate_recordset()
            if not is_mine or proposal.state != "matched":
                raise UserError(self.env._("Only what is matched can be undone."))
            if proposal.line_ids and not proposal.partial_ids:
                raise UserError(self.env._("This was undone in Odoo: look again."))
            if proposal.kind == "statement":
                proposal._check_pays_nothing_else()
                proposal._check_suspense()
                # sudo: as for the matching; who may reconcile was checked
                proposal.statement_line_id.sudo().action_undo_reconciliation()
            else:
                proposal._undo_credit()
            proposal._wait_again()
        return True

    def _check_pays_nothing_else(self):
        """Odoo undoes all of a bank line at once: what its rest paid would go too."""
        lines = self.move_id.line_ids
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        exchange = self.partial_ids.exchange_move_id.line_ids
        others = (partials - self.partial_ids).filtered(
            lambda pair: not (pair.debit_move_id | pair.credit_move_id) & exchange
        )
        if others:
            raise UserError(
                self.env._("This payment pays something else too: undo that first.")
            )

    def _check_suspense(self):
        """Odoo makes the entry of a bank line as the bank reported it: what somebody
        wrote into it, fees for instance, would go."""
        # sudo: as for the matching; who may reconcile was checked
        bank = self.statement_line_id.sudo()
        _liquidity, suspense = bank._prepare_move_line_default_vals()[:2]
        if self.currency_id.compare_amounts(-suspense["amount_currency"], self.amount):
            raise UserError(
                self.env._(
                    "The entry of this bank line was completed by hand: undo it in"
                    " Accounting."
                )
            )

    def _wait_again(self):
        """Keep what was undone as history; the payment waits with the same items."""
        mine = self._checked_sudo("read")
        mine.state = "undone"
        rests = Domain("move_id", "=", self.move_id.id) & Domain("state", "in", WAITING)
        if self.credit_line_id:  # else all of a bank line waits as one again
            rests &= Domain("credit_line_id", "=", self.credit_line_id.id)
        mine.search(rests).unlink()
        amount = self.amount
        if self.credit_line_id:
            amount = -self.credit_line_id.amount_residual_currency
        again = mine.copy(
            {
                "amount": amount,
                "left_amount": amount - (self.amount - self.left_amount),
                "state": "likely" if self.line_ids else "unknown",
                "doubt": "undone",
                "reason": self._say_doubt("undone"),
                "rule_id": False,
                "confidence": 0,
                "matched_date": False,
                "matched_uid": False,
                "asked_uid": False,
                "is_automatic": False,
                "is_corrected": False,
                "writeoff_move_id": False,
                "hours": 0,
            }
        )
        for line in mine.line_ids:
            line.copy({"proposal_id": again.id})

    def _undo_credit(self):
        """Take payment, credits and write-off off their items; the entry of the
        write-off is reversed, so that the books keep both."""
        self.partial_ids.unlink()
        entry = self.writeoff_move_id.filtered(lambda move: move.state == "posted")
        done = entry.reversal_move_ids.filtered(lambda move: move.state == "posted")
        if entry and not done:
            entry._reverse_moves(
                [{"date": fields.Date.context_today(self)}], cancel=True
            )
