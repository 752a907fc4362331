"""What proves that a letter was posted and received."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .ar_dunning_channel import PAPER

PROOFS = {"deposit_proof", "deposit_name", "receipt_proof", "receipt_name"}
POSTING = PROOFS | {"posting_ref", "posting_date", "receipt_date"}
MANAGER = "ar_best_practices.group_ar_credit_manager"


class ArDunningPosting(models.AbstractModel):
    """Files stay in the table of notices: whoever may attach files could remove an
    attachment by itself, and a proof goes with its notice."""

    _name = "ar.dunning.posting"
    _description = "Proof of posting of a notice"

    posting_ref = fields.Char(
        string="Posting number",
        help="Number of the registered letter or of the receipt, typed by who posted"
        " it. A mail has its message id.",
    )
    posting_date = fields.Date(string="Posted on")
    deposit_proof = fields.Binary(string="Proof of deposit", attachment=False)
    deposit_name = fields.Char(string="File of the deposit")
    receipt_date = fields.Date(
        string="Received on", help="The day on the acknowledgement of receipt."
    )
    receipt_proof = fields.Binary(string="Proof of receipt", attachment=False)
    receipt_name = fields.Char(string="File of the receipt")

    def write(self, vals):
        if not self.env.su and (names := POSTING.intersection(vals)):
            self._check_may_note_posting(names)
        return super().write(vals)

    def _check_may_note_posting(self, names):
        """Refuse what was not posted, other people's customers, and the loss of a
        proof."""
        if any(n.state != "sent" or n.channel not in PAPER for n in self):
            raise UserError(
                self.env._("Only a letter that was sent has a proof of posting.")
            )
        if self.env.user.has_group(MANAGER):
            return
        if any(self.env.user not in notice._get_posters() for notice in self):
            raise AccessError(
                self.env._(
                    "The customer's collector, who approved the run or a credit"
                    " manager notes the posting."
                )
            )
        if any(notice[name] for notice in self for name in PROOFS & names):
            raise UserError(
                self.env._("Only a credit manager removes or replaces a proof.")
            )

    def _get_posting_task(self) -> str:
        """Say what is to be done with these letters."""
        registered = self.filtered(lambda notice: notice.channel == "registered")
        if not registered:
            return self.env._("Print and post %(count)s letters", count=len(self))
        return self.env._(
            "Print and post %(count)s letters, registered: %(registered)s. Note number,"
            " day and proof of these on their notices.",
            count=len(self),
            registered=len(registered),
        )

    def _get_posters(self):
        account = self.account_id
        return account.collector_id | account._get_owner() | self.run_id.approved_uid

    def _get_posting_words(self) -> str:
        """Say number, day of posting and day of receipt, as far as they are known."""
        words = [self.posting_ref]
        if self.posting_date:
            day = format_date(self.env, self.posting_date)
            words.append(self.env._("posted on %s", day))
        if self.receipt_date:
            day = format_date(self.env, self.receipt_date)
            words.append(self.env._("received on %s", day))
        return ", ".join(filter(None, words))
