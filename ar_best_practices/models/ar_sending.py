"""Rows that leave by mail at most once.

Rows are claimed (`SKIP LOCKED`), written `sending` with their message-id and committed
*before* anything leaves; `sent` comes after. What a crash leaves in `sending` becomes
`unknown` and is shown to a person, never retried by itself. Mail records are born
cancelled and become outgoing only inside the transaction that sends them: the core mail
queue never sees one.
"""

import smtplib
from contextlib import suppress
from datetime import timedelta

from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id

BATCH = 100
LAYOUT = "mail.mail_notification_light"
# A claim without a living connection is an orphan at once, else after this delay.
CLAIM_TIMEOUT = timedelta(minutes=10)


class ArSending(models.AbstractModel):
    """For a model with `account_id`, `company_id`, `email`, `lang` and a `state` with
    sending, sent, failed and unknown.

    It names the state of rows that wait, the field of what went wrong and the field of
    the job that it belongs to; it gives the texts by `_render_texts` and says what
    else a sent row means by `_mark_sent`.
    """

    _name = "ar.sending"
    _description = "Rows that leave by mail at most once"

    _waiting_state = "approved"
    _failure_field = "failure_reason"
    _job_field = "run_id"

    claim = fields.Char(readonly=True, help="Database connection that is sending it.")
    claim_date = fields.Datetime(string="Claimed on", readonly=True)
    message_id = fields.Char(readonly=True, index="btree_not_null")
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null")
    sent_date = fields.Datetime(string="Sent on", readonly=True)

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    @api.model
    def _mark_sent(self, rows):
        """Write that these rows left, and what follows from it: set-based, once."""
        raise NotImplementedError

    def _render_texts(self) -> tuple[dict[int, str], dict[int, str]]:
        """Return subjects and bodies by id, each in the language of its customer."""
        raise NotImplementedError

    def _filter_mailable(self):
        """Return the rows that can become a mail; the others fail with a reason."""
        return self

    def _get_attachments(self):
        """Return the files that go along with this mail."""
        return self.env["ir.attachment"]

    def _get_sender(self):
        """Return who lets this mail go: in a trial company it goes to them only."""
        return self.env.user

    def _get_text_name(self) -> str:
        """Say in words which text this row uses, for a message about its errors."""
        return self.display_name

    def _choose_contact_again(self):
        """Take the address of today, before a row is sent again."""

    def _forget_try(self):
        """Delete the text of a try that did not leave: nothing would find it later."""
        self.mail_id.unlink()

    # ------------------------------------------------------------------
    # Claim
    # ------------------------------------------------------------------

    @api.model
    def _claim(self, among: SQL, batch: int = 0):
        """Take a batch of waiting rows for this connection, and commit it.

        :param among: condition on the rows
        """
        claimed = self._take_batch(among, batch or BATCH)
        claimed.invalidate_recordset()
        for row in claimed:
            thread = f"{row.account_id.id}-ar.account"
            row.message_id = generate_tracking_message_id(thread)
        self.env["ir.cron"]._commit_progress()
        return claimed._lock_claimed()

    def _take_batch(self, among: SQL, batch: int):
        """Mark the next waiting rows as this connection's; what another worker holds
        is left to it."""
        statement = SQL(
            """
            UPDATE %(table)s
               SET state = 'sending', claim = %(claim)s,
                   claim_date = now() AT TIME ZONE 'UTC'
             WHERE id IN (SELECT id FROM %(table)s
                           WHERE state = %(waiting)s AND %(among)s
                        ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
         RETURNING id
            """,
            table=SQL.identifier(self._table),
            claim=self._get_connection(),
            waiting=self._waiting_state,
            among=among,
            batch=batch,
        )
        try:
            self.env.cr.execute(statement, log_exceptions=False)
        except SerializationFailure:  # another worker has just taken some of them
            self.env.cr.rollback()
            return self._take_batch(among, batch)
        return self.browse(sorted(row[0] for row in self.env.cr.fetchall()))

    def _get_connection(self) -> str:
        """Name this database connection: its process and when it started."""
        ((name,),) = self.env.execute_query(
            SQL(
                "SELECT pid || '/' || backend_start FROM pg_stat_activity"
                " WHERE pid = pg_backend_pid()"
            )
        )
        return name

    def _lock_claimed(self):
        """Hold the claimed rows while they are sent; leave out what others took."""
        if not self:
            return self
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE id IN %s AND state = 'sending'"
                " ORDER BY id FOR UPDATE SKIP LOCKED",
                SQL.identifier(self._table),
                tuple(self.ids),
            )
        )
        return self.browse(row[0] for row in rows)

    @api.model
    def _give_up_orphans(self):
        """Claims whose connection is gone: nobody knows whether they left."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s
                   SET state = 'unknown', %(failure)s = %(reason)s
                 WHERE id IN (SELECT id FROM %(table)s
                               WHERE state = 'sending'
                                 AND (claim_date < now() AT TIME ZONE 'UTC'
                                                   - %(timeout)s::interval
                                      OR NOT EXISTS (
                                         SELECT 1 FROM pg_stat_activity
                                          WHERE pid || '/' || backend_start = claim))
                                 FOR UPDATE SKIP LOCKED)
                """,
                table=SQL.identifier(self._table),
                failure=SQL.identifier(self._failure_field),
                reason=self.env._(
                    "The sending was interrupted: it may or may not have left."
                ),
                timeout=f"{CLAIM_TIMEOUT.seconds} seconds",
            )
        )
        self.invalidate_model()

    # ------------------------------------------------------------------
    # Mails
    # ------------------------------------------------------------------

    def _deliver_mails(self):
        """Make the mails of the batch, then send them one by one."""
        rows = self._filter_mailable()._make("_create_mails")
        mails = self.env["mail.mail"].browse(rows)
        for server_id, alias_id, smtp_from, ids in mails._split_by_mail_configuration():
            group = {mails.browse(mail_id): rows[mail_id] for mail_id in ids}
            self._send_group(group, server_id, alias_id, smtp_from)

    def _make(self, create: str) -> dict:
        """Return {id: row} of what the method ``create`` makes of these rows; a text or
        a record with an error fails alone."""
        try:
            with self.env.cr.savepoint():
                return dict(zip(getattr(self, create)().ids, self, strict=True))
        except OperationalError:
            raise
        except Exception as error:  # texts are data: whatever they do wrong
            if len(self) == 1:
                self._fail(self._get_error_words(error))
                return {}
        found = {}
        for row in self:
            found |= row._make(create)
        return found

    def _get_error_words(self, error) -> str:
        """Say in one line what a text does wrong, without the way Odoo found it."""
        while cause := error.__cause__ or error.__context__:
            error = cause
        return self.env._(
            "The text “%(name)s” has an error: %(error)s",
            name=self._get_text_name(),
            error=error,
        )

    def _send_group(self, group, server_id, alias_id, smtp_from):
        """Send mails by one session, opened again when the server closes it."""
        session = None
        for mail, row in group.items():
            session = session or self._connect(server_id, smtp_from)
            if isinstance(session, Exception):
                row._fail(self.env._("No connection to the mail server: %s", session))
            elif not row._send_mail(mail, session, server_id, alias_id):
                session = None
        if not isinstance(session, Exception):
            self._disconnect(session)

    def _connect(self, server_id, smtp_from):
        """Open a session; a dead server is returned as its error."""
        try:
            return self.env["ir.mail_server"]._connect__(
                mail_server_id=server_id, smtp_from=smtp_from
            )
        except Exception as error:  # any failure to connect means: nothing has left
            return error

    def _disconnect(self, session):
        if session:
            with suppress(smtplib.SMTPServerDisconnected):
                session.quit()

    def _send_mail(self, mail, session, server_id, alias_id) -> bool:
        """Send one mail and commit what became of it; say whether the session lives."""
        if not self._lock_claimed():
            return True  # the mail before was long: somebody decided about this one
        mail.state = "outgoing"
        alive = True
        try:
            mail._send(
                smtp_session=session,
                alias_domain_id=alias_id,
                mail_server=self.env["ir.mail_server"].browse(server_id),
            )
        except smtplib.SMTPServerDisconnected as error:
            alive = False
            mail.state = "cancel"
            self.write({"state": "unknown", self._failure_field: str(error)})
        if mail.state == "sent":
            self._mark_sent(self)
        elif mail.state == "exception":
            self._fail(mail.failure_reason)
        self.env["ir.cron"]._commit_progress()
        return alive

    def _fail(self, reason: str):
        self.write({"state": "failed", self._failure_field: reason})
        self.mail_id.filtered(lambda m: m.state != "sent").write({"state": "cancel"})

    def _create_mails(self):
        """Create the mail records of the batch, rendered by language and text."""
        subjects, bodies = self._render_texts()
        replies = self.account_id._notify_get_reply_to_batch(
            defaults={a.id: a.company_id.email_formatted for a in self.account_id},
            author_ids={a.id: a.company_id.partner_id.id for a in self.account_id},
        )
        values = [
            row._prepare_mail(subjects[row.id], bodies[row.id], replies) for row in self
        ]
        # Collectors may not write mail records: what was approved makes them.
        mails = self.env["mail.mail"].sudo().create(values)
        for row, mail in zip(self, mails, strict=True):
            row.mail_id = mail
        return mails

    def _prepare_mail(self, subject, body, replies) -> dict:
        """Return the values of one mail record, addressed to one person.

        In a trial company every mail goes to the user who sends it, whoever the
        customer is.
        """
        company, email = self.company_id, self.email
        if company.ar_is_trial:
            subject = f"[{email}] {subject}"
            email = self._get_sender().email_formatted
        return {
            "model": "ar.account",
            "res_id": self.account_id.id,
            "record_name": self.account_id.display_name,
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id,
            "message_type": "email_outgoing",
            "message_id": self.message_id,
            "subject": subject,
            "body": body,
            "body_html": self._wrap(body),
            "email_from": company.email_formatted or self.env.user.email_formatted,
            "email_to": email,
            "reply_to": replies.get(self.account_id.id),
            "reply_to_force_new": False,
            "state": "cancel",
            "auto_delete": False,
            "attachment_ids": [(6, 0, self._get_attachments().ids)],
        }

    def _wrap(self, body):
        """Put the text into Odoo's standard mail layout, in the customer's language."""
        localized = self.with_context(lang=self.lang)
        return (
            self.env["mail.render.mixin"]
            .with_context(lang=self.lang)
            ._render_encapsulate(
                LAYOUT,
                body,
                add_context={
                    "company": self.company_id,
                    "model_description": localized.env._("account"),
                },
                context_record=localized.account_id,
            )
        )

    # ------------------------------------------------------------------
    # What a person says of an unknown or failed sending
    # ------------------------------------------------------------------

    def action_was_sent(self):
        """It did leave."""
        unknown = self.filtered(lambda row: row.state == "unknown")
        self._mark_sent(unknown._checked_sudo())
        return True

    def action_send_again(self):
        """It did not leave, or failed: put it back in the queue of its job."""
        again = self._checked_sudo().filtered(
            lambda row: row.state in ("unknown", "failed")
        )
        again._forget_try()
        again._choose_contact_again()
        again.write(
            {
                "state": self._waiting_state,
                self._failure_field: False,
                "message_id": False,
            }
        )
        again[self._job_field]._resume()
        return True
