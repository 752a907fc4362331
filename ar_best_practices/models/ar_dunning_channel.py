"""By which channel a notice goes, and why: said in words when it is not the level's."""

from odoo import api, models
from odoo.tools import SQL

ORDINARY_KINDS = ("courtesy", "reminder", "firm")
PAPER = ("letter", "registered")


class ArDunningChannel(models.AbstractModel):
    """SQL over `notice` (its amount), `level` and `contact` (a row of `_contact_sql`).

    The run and a notice whose level a person changes share it.
    """

    _name = "ar.dunning.channel"
    _description = "Channel of a dunning notice"

    @api.model
    def _has_sms(self) -> bool:
        """Say whether this database can send SMS: Odoo's app is not ours to ask for."""
        return "sms.sms" in self.env

    def _channel_sql(self) -> SQL:
        """Return one row, channel and reason: what is wished, else a mail, else a
        letter. The reason is in the language of the run."""
        return SQL(
            """
            SELECT CASE WHEN barred.words IS NULL THEN wished.channel
                        WHEN contact.email IS NULL THEN 'letter'
                        ELSE 'mail' END AS channel,
                   NULLIF(CONCAT_WS(', ', wished.words, barred.words,
                                    CASE WHEN barred.words IS NOT NULL
                                              AND wished.channel <> 'mail'
                                              AND contact.email IS NULL
                                         THEN %(no_mail)s END), '') AS reason
              FROM (%(wished)s) wished
        CROSS JOIN LATERAL (SELECT %(barred)s AS words) barred
            """,
            no_mail=self.env._("no mail address"),
            wished=self._wished_channel_sql(),
            barred=self._barred_sql(),
        )

    def _wished_channel_sql(self) -> SQL:
        """Return the level's channel, the contact's preference for ordinary levels, a
        mail for a call that is not worth it."""
        env = self.env
        return SQL(
            """
            SELECT CASE WHEN cheap THEN 'mail' WHEN chosen THEN contact.ar_channel
                        ELSE level.channel END AS channel,
                   CASE WHEN cheap THEN %(cheap)s WHEN chosen THEN %(chosen)s
                        END AS words
              FROM (SELECT level.channel = 'phone'
                           AND notice.amount < level.phone_minimum_amount AS cheap,
                           level.kind IN %(ordinary)s
                           AND contact.ar_channel <> level.channel AS chosen) wish
            """,
            cheap=env._("below the amount worth a call"),
            chosen=env._("the contact prefers it"),
            ordinary=ORDINARY_KINDS,
        )

    def _barred_sql(self) -> SQL:
        """Return why the wished channel is not possible, else NULL."""
        return SQL(
            """
            CASE WHEN wished.channel = 'sms' THEN %(no_sms)s
                 WHEN wished.channel = 'phone' AND contact.ar_no_phone THEN %(no_call)s
                 WHEN wished.channel = 'mail' AND contact.email IS NULL
                     THEN %(no_mail)s END
            """,
            no_sms=self._no_sms_sql(),
            no_call=self.env._("no call: this person wants none"),
            no_mail=self.env._("no mail address"),
        )

    def _no_sms_sql(self) -> SQL:
        """Return why no SMS may go to this contact, else NULL."""
        env = self.env
        if not self._has_sms():
            return SQL("%s", env._("no SMS: the app “SMS” is not installed"))
        return SQL(
            """
            CASE WHEN contact.ar_no_sms THEN %(unwanted)s
                 WHEN contact.ar_mobile IS NULL THEN %(no_number)s
                 WHEN EXISTS (SELECT 1 FROM phone_blacklist refused
                               WHERE refused.active
                                 AND refused.number = contact.ar_mobile)
                     THEN %(refused)s
                 WHEN COALESCE(level.sms_text->>'en_US', '') = '' THEN %(no_text)s END
            """,
            unwanted=env._("no SMS: this person wants none"),
            no_number=env._("no SMS: no mobile number"),
            refused=env._("no SMS: the number is on the list of those who refuse"),
            no_text=env._("no SMS: the level has no text for it"),
        )

    def _chosen_channel_sql(self, notices) -> SQL:
        """Return id, channel, reason, mobile number and why no SMS of notices that
        exist, by their contact of today and the address that they keep."""
        return SQL(
            """
            SELECT notice.id, choice.channel, choice.reason, contact.ar_mobile,
                   %(no_sms)s
              FROM ar_dunning_notice notice
              JOIN ar_dunning_level level ON level.id = notice.level_id
         LEFT JOIN res_partner person ON person.id = notice.contact_id
        CROSS JOIN LATERAL (
                    SELECT notice.email, person.ar_channel, person.ar_no_sms,
                           person.ar_no_phone, person.ar_mobile
                   ) contact
        CROSS JOIN LATERAL (%(choice)s) choice
             WHERE notice.id IN %(notices)s
            """,
            no_sms=self._no_sms_sql(),
            choice=self._channel_sql(),
            notices=tuple(notices.ids),
        )
