"""Who is reminded of what, and why: the decision of a dunning run, set-based.

A handful of statements whatever the size of the ledger: items into a temporary table,
one decision per item with its reason, notices, lines. Levels of strategies are few and
become CASE expressions; customers and items are only ever read by PostgreSQL.
"""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .ar_dunning_level import FIRM, RANKS
from .scope import Scope

PRE_DUE = RANKS["pre_due"]
IN_CODES = ("step", "listed", "credit")


class ArDunningProposal(models.AbstractModel):
    _name = "ar.dunning.proposal"
    _inherit = "ar.dunning.channel"
    _description = "Decision of a dunning run"

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    @api.model
    def _notice_columns(self, scope: Scope) -> dict[str, SQL]:
        """Return more columns of notices: SQL over `notice` (the row to be inserted)
        and `account` (its ``ar_account``). Extend by ``super() | {...}``."""
        return {}

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def _propose(self):
        """Decide everything again for this run.

        sudo: levels, texts and languages are the same whoever proposes, and asking
        for rights to each costs a statement; customers are only read by SQL.
        """
        self.ensure_one()
        self = self.sudo()
        accounts = self.env["ar.account"]
        accounts._flush_ledger()
        self.env.flush_all()
        accounts._prepare_long_statements()
        accounts._ensure_from_open_items()
        self.env["ar.item"]._relink_orphans()
        scope = accounts._scope(self._get_account_domain(), as_of=self.date)
        self._keep_overrides()
        self._collect_items(scope)
        self._decide_items(scope)
        self._leave_to_people()
        self._forget_proposal()
        self._insert_notices(scope)
        self._insert_lines()
        self._write_totals()
        self.env.invalidate_all()

    def _get_account_domain(self) -> Domain:
        return Domain("company_id", "=", self.company_id.id)

    def _keep_overrides(self):
        """Remember what people changed in the proposal that this one replaces."""
        self.env.cr.execute(
            SQL(
                """
                DROP TABLE IF EXISTS ar_run_kept;
                CREATE TEMPORARY TABLE ar_run_kept ON COMMIT DROP AS %s
                """,
                self._kept_override_sql((self.id, self.replaced_run_id.id or 0)),
            )
        )

    def _kept_override_sql(self, run_ids: tuple[int, ...]) -> SQL:
        """Return what people changed in these runs: one row per item, newest first."""
        return SQL(
            """
            SELECT DISTINCT ON (line.line_id)
                   line.line_id, line.override, line.override_rank,
                   line.override_reason, line.override_uid
              FROM ar_dunning_notice_line line
              JOIN ar_dunning_run run ON run.id = line.run_id
             WHERE line.override IS NOT NULL
               AND line.line_id IS NOT NULL
               AND run.id IN %s
          ORDER BY line.line_id, line.run_id DESC
            """,
            run_ids,
        )

    def _collect_items(self, scope: Scope):
        """Put every open item and credit, with all that decides, into one table."""
        self.env.cr.execute(
            SQL(
                """
                DROP TABLE IF EXISTS ar_run_item;
                CREATE TEMPORARY TABLE ar_run_item ON COMMIT DROP AS %s;
                ANALYZE ar_run_item
                """,
                self._collected_item_sql(scope),
            )
        )

    def _collected_item_sql(self, scope: Scope) -> SQL:
        """Return the open items and credits of the scope with all that decides.

        Reads `ar_run_kept`; the run and the forecast of one customer share it.
        """
        # what is left out says why in the language of the run
        accounts = self.env["ar.account"].with_context(lang=self._get_lang())
        return SQL(
            """
            SELECT item.account_id, item.line_id, line.move_id,
                   COALESCE(line.move_name, line.name) AS number,
                   COALESCE(line.invoice_date, line.date) AS invoice_date,
                   item.due_date, item.late, item.residual,
                   item.residual_currency, line.currency_id,
                   currency.decimal_places, line.no_followup,
                   %(disputed)s AS disputed, %(plan)s AS plan,
                   %(promised)s AS promised, excluded.dispute_reason,
                   state.level_rank AS previous_rank,
                   state.last_message_date,
                   (state.excluded
                    AND COALESCE(state.excluded_from <= %(date)s, TRUE)
                    AND COALESCE(state.excluded_until >= %(date)s, TRUE))
                       AS excluded,
                   state.excluded_reason,
                   kept.override, kept.override_rank, kept.override_reason,
                   kept.override_uid,
                   COALESCE(account.strategy_id, %(default)s) AS strategy_id,
                   account.last_notice_date,
                   COALESCE(profile.stops_dunning, FALSE) AS stops,
                   %(selected)s AS selected
              FROM (%(items)s) item
              JOIN account_move_line line ON line.id = item.line_id
              JOIN res_currency currency ON currency.id = line.currency_id
              JOIN ar_account account ON account.id = item.account_id
         LEFT JOIN ar_payer_profile profile ON profile.id = account.payer_profile_id
         LEFT JOIN ar_item state
                ON state.line_id = item.line_id
               AND COALESCE(state.last_message_date <= %(date)s, TRUE)
         LEFT JOIN ar_run_kept kept ON kept.line_id = item.line_id
         LEFT JOIN (%(exclusions)s) excluded ON excluded.line_id = item.line_id
            """,
            disputed=accounts._capped_sql("dispute"),
            plan=accounts._capped_sql("plan"),
            promised=accounts._capped_sql("promise"),
            date=SQL("%s::date", self.date),
            default=self.env["ar.dunning.strategy"]._get_default().id or None,
            selected=self._selected_sql(),
            items=accounts._item_sql(scope),
            exclusions=accounts._exclusion_sql(scope),
        )

    def _is_chosen(self) -> bool:
        """Say whether a person picked the customers one by one for a level."""
        return self.mode == "imposed" and bool(self.account_ids)

    def _selected_sql(self) -> SQL:
        """An imposed run concerns the selected customers, any other run all."""
        if not self._is_chosen():
            return SQL("TRUE")
        return SQL("item.account_id IN %s", tuple(self.account_ids.ids))

    def _decide_items(self, scope: Scope):
        """Give every item one code, in the order in which the codes are listed.

        Layers, each over the one before: the item by itself; quiet days; what a credit
        in the same currency covers; the minimum of the whole notice.
        """
        self.env.cr.execute(
            SQL(
                """
                DROP TABLE IF EXISTS ar_run_decision;
                CREATE TEMPORARY TABLE ar_run_decision ON COMMIT DROP AS
                %s;
                ANALYZE ar_run_decision
                """,
                self._decided_item_sql(),
            )
        )

    def _leave_to_people(self):
        """An automatic run keeps only the customers whose every step is automatic."""
        if not self.automatic:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_run_decision decision SET code = 'manual'
                  FROM (%s) notice
                 WHERE notice.account_id = decision.account_id
                   AND NOT notice.automatic
                   AND decision.code IN %s
                """,
                self._grouped_sql(),
                IN_CODES,
            )
        )

    def _decided_item_sql(self) -> SQL:
        """Return the rows of `ar_run_item` with their code."""
        return self._minimum_layer_sql(
            self._credit_layer_sql(self._account_layer_sql(self._item_layer_sql()))
        )

    def _item_layer_sql(self) -> SQL:
        """Add step_rank, asked and the code that the item has by itself.

        ``OFFSET 0`` keeps PostgreSQL from repeating the CASE expressions of a layer
        wherever the next one names them: each is computed once per item.
        """
        levels = self._get_levels()
        return SQL(
            """
            SELECT ranked.*,
                   residual - disputed - plan - promised AS asked,
                   CASE WHEN residual < 0 THEN 'credit'
                        WHEN override = 'exclude' THEN 'excluded'
                        WHEN late <= 0 AND step_rank IS DISTINCT FROM %(pre_due)s
                            THEN 'not_due'
                        WHEN no_followup AND disputed < residual THEN 'no_followup'
                        WHEN excluded THEN 'excluded'
                        WHEN stops THEN 'insolvency'
                        WHEN disputed >= residual THEN 'disputed'
                        WHEN disputed + plan >= residual THEN 'plan'
                        WHEN disputed + plan + promised >= residual THEN 'promised'
                        WHEN NOT selected THEN 'not_selected'
                        WHEN step_rank IS NOT NULL THEN 'step'
                        WHEN NOT has_levels THEN 'no_level'
                        WHEN previous_rank IS NOT NULL AND next_rank IS NULL
                            THEN 'last_level'
                        ELSE 'waiting' END AS code_1
              FROM (
                    SELECT aged.*,
                           CASE WHEN override = 'level' THEN override_rank
                                ELSE %(step)s END AS step_rank
                      FROM (
                            SELECT item.*,
                                   %(age)s AS age_rank,
                                   %(first)s AS first_rank,
                                   %(next)s AS next_rank,
                                   %(next_delay)s AS next_delay,
                                   strategy_id IN %(with_levels)s AS has_levels
                              FROM ar_run_item item
                            OFFSET 0
                           ) aged
                    OFFSET 0
                   ) ranked
            """,
            pre_due=PRE_DUE,
            step=self._step_rank_sql(levels),
            **self._get_level_cases(levels),
        )

    def _step_rank_sql(self, levels) -> SQL:
        """Return the level an item reaches in this run, NULL for none.

        Increment: previous + 1, never above what the age asks; never reminded: the
        level of the age, at most firm. Imposed: that level, or the one just below in
        a strategy that has not got it.
        """
        if self.mode == "imposed":
            return SQL(
                "CASE WHEN late > 0 THEN %s END",
                self._by_strategy_sql(
                    levels,
                    lambda own: SQL(
                        "%s",
                        max(
                            (x.rank for x in own if x.rank <= RANKS[self.imposed_kind]),
                            default=None,
                        ),
                    ),
                ),
            )
        return SQL(
            "CASE WHEN previous_rank IS NULL THEN first_rank"
            " WHEN next_rank <= age_rank THEN next_rank END"
        )

    def _get_levels(self):
        # sudo: screens ask for columns of open items before they ask for rights
        return (
            self.env["ar.dunning.level"]
            .sudo()
            .search_fetch(
                [], ["strategy_id", "rank", "delay_days"], order="strategy_id, rank"
            )
        )

    def _by_strategy_sql(self, levels, expression) -> SQL:
        """Return a CASE over strategies; ``expression`` maps their levels to SQL."""
        groups = levels.grouped("strategy_id")
        if not groups:
            return SQL("NULL::int")
        whens = [
            SQL("WHEN %s THEN (%s)::int", strategy.id, expression(own))
            for strategy, own in groups.items()
        ]
        return SQL("CASE strategy_id %s END", SQL(" ").join(whens))

    def _get_level_cases(self, levels) -> dict[str, SQL]:
        """Return the CASE expressions of age, first and next level."""

        def aged(levels, highest):
            whens = [
                SQL("WHEN late >= %s THEN %s", level.delay_days, level.rank)
                for level in levels.sorted("rank", reverse=True)
                if PRE_DUE < level.rank <= highest
            ]
            whens += [
                SQL("WHEN late BETWEEN %s AND -1 THEN %s", level.delay_days, PRE_DUE)
                for level in levels
                if level.rank == PRE_DUE
            ]
            return SQL("CASE %s END", SQL(" ").join(whens)) if whens else SQL("NULL")

        def following(levels, value):
            whens = [
                SQL(
                    "WHEN COALESCE(previous_rank, %s) < %s THEN %s",
                    PRE_DUE,
                    level.rank,
                    value(level),
                )
                for level in levels.sorted("rank")
                if level.rank > PRE_DUE
            ]
            return SQL("CASE %s END", SQL(" ").join(whens)) if whens else SQL("NULL")

        return {
            "age": self._by_strategy_sql(levels, lambda own: aged(own, 99)),
            "first": self._by_strategy_sql(levels, lambda own: aged(own, FIRM)),
            "next": self._by_strategy_sql(
                levels, lambda own: following(own, lambda level: level.rank)
            ),
            "next_delay": self._by_strategy_sql(
                levels, lambda own: following(own, lambda level: level.delay_days)
            ),
            "with_levels": tuple(levels.strategy_id.ids) or (0,),
        }

    def _account_layer_sql(self, layer: SQL) -> SQL:
        """A customer in arrears gets no pre-due message; one message per quiet time,
        unless a person picked the customer."""
        quiet = SQL(
            "%s AND code_1 = 'step' AND override IS DISTINCT FROM 'level'"
            " AND last_notice_date > %s::date - quiet.quiet_days",
            not self._is_chosen(),
            self.date,
        )
        return SQL(
            """
            SELECT layer.*,
                   CASE WHEN code_1 = 'step' AND step_rank = %(pre_due)s
                             AND BOOL_OR(code_1 = 'step' AND step_rank > %(pre_due)s)
                                 OVER (PARTITION BY account_id)
                            THEN 'not_due'
                        WHEN %(quiet)s THEN 'quiet_days'
                        ELSE code_1 END AS code_2
              FROM (%(layer)s) layer
         LEFT JOIN ar_dunning_strategy quiet ON quiet.id = layer.strategy_id
            """,
            pre_due=PRE_DUE,
            quiet=quiet,
            layer=layer,
        )

    def _credit_layer_sql(self, layer: SQL) -> SQL:
        """Items waiting for their next level are listed when others step; then
        credits are netted currency by currency."""
        return SQL(
            """
            SELECT listed.*,
                   CASE WHEN code_3 IN ('step', 'listed')
                             AND SUM(CASE WHEN code_3 IN ('step', 'listed') THEN asked
                                          WHEN code_3 = 'credit' THEN residual END)
                                 OVER by_currency <= 0
                        THEN 'credit_covers' ELSE code_3 END AS code_4
              FROM (
                    SELECT layer.*,
                           CASE WHEN code_2 = 'waiting' AND late > 0
                                     AND BOOL_OR(code_2 = 'step'
                                                 AND step_rank > %(pre_due)s)
                                         OVER (PARTITION BY account_id)
                                THEN 'listed' ELSE code_2 END AS code_3
                      FROM (%(layer)s) layer
                   ) listed
            WINDOW by_currency AS (PARTITION BY account_id, currency_id)
            """,
            pre_due=PRE_DUE,
            layer=layer,
        )

    def _minimum_layer_sql(self, layer: SQL) -> SQL:
        """The notice as a whole: does a step remain, and is it worth a message?"""
        return SQL(
            """
            SELECT layer.*,
                   CASE WHEN code_4 = 'credit' AND NOT (in_currency AND worth)
                            THEN 'credit_left'
                        WHEN code_4 IN ('step', 'listed') AND NOT worth
                            THEN 'below_minimum'
                        WHEN code_4 = 'listed' AND NOT steps THEN 'waiting'
                        ELSE code_4 END AS code,
                   COALESCE(step_rank, previous_rank) AS final_rank
              FROM (
                    SELECT netted.*,
                           SUM(CASE WHEN code_4 IN ('step', 'listed') THEN asked
                                    WHEN code_4 = 'credit' AND in_currency
                                    THEN residual ELSE 0 END)
                               OVER (PARTITION BY account_id)
                               >= minimum_amount AS worth
                      FROM (
                            SELECT layer.*, strategy.minimum_amount,
                                   BOOL_OR(code_4 IN ('step', 'listed')) OVER (
                                       PARTITION BY account_id, currency_id
                                   ) AS in_currency,
                                   BOOL_OR(code_4 = 'step') OVER (
                                       PARTITION BY account_id
                                   ) AS steps
                              FROM (%s) layer
                         LEFT JOIN ar_dunning_strategy strategy
                                ON strategy.id = layer.strategy_id
                           ) netted
                   ) layer
            """,
            layer,
        )

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    def _forget_proposal(self):
        """Remove what this run proposed before, and older lists of items left out.

        What a person left out of an older run stays: a decision with its reason.
        """
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM ar_dunning_notice_line WHERE run_id = %(run)s;
                DELETE FROM ar_dunning_notice WHERE run_id = %(run)s;
                DELETE FROM ar_dunning_notice_line line
                      USING ar_dunning_run run
                      WHERE run.id = line.run_id
                        AND run.company_id = %(company)s
                        AND line.included IS NOT TRUE
                        AND line.override IS NULL
                """,
                run=self.id,
                company=self.company_id.id,
            )
        )

    def _insert_notices(self, scope: Scope):
        """One notice per customer, at the highest level of its items."""
        extra = self._notice_columns(scope)
        self.env.cr.execute(
            SQL(
                """
                WITH notice AS (%(grouped)s)
                INSERT INTO ar_dunning_notice (
                       run_id, account_id, company_id, partner_id, currency_id, state,
                       strategy_id, strategy_reason, level_id, rank, name, channel,
                       channel_reason, automatic, contact_id, contact_source, email,
                       sms_number, lang, style, collector_id, priority, item_count,
                       amount, last_notice_date, max_days_late%(extra_names)s)
                SELECT %(run)s, notice.account_id, account.company_id,
                       account.partner_id, %(currency)s, 'proposed',
                       notice.strategy_id, account.strategy_reason, level.id,
                       notice.rank,
                       COALESCE(level.name->>%(lang)s, level.name->>'en_US'),
                       choice.channel, choice.reason, notice.automatic, contact.id,
                       contact.source, contact.email,
                       CASE WHEN choice.channel = 'sms' THEN contact.ar_mobile END,
                       COALESCE(contact.lang, partner.lang, %(lang)s),
                       contact.ar_style, account.collector_id, account.priority,
                       notice.item_count, notice.amount, account.last_notice_date,
                       notice.max_days_late%(extra_values)s
                  FROM notice
                  JOIN ar_account account ON account.id = notice.account_id
                  JOIN res_partner partner ON partner.id = account.partner_id
             LEFT JOIN ar_dunning_level level
                    ON level.strategy_id = notice.strategy_id
                   AND level.rank = notice.rank
             LEFT JOIN LATERAL (%(contact)s) contact ON TRUE
            CROSS JOIN LATERAL (%(channel)s) choice
                """,
                grouped=self._grouped_sql(),
                run=self.id,
                currency=self.company_id.currency_id.id,
                lang=self._get_lang(),
                channel=self.with_context(lang=self._get_lang())._channel_sql(),
                contact=self._contact_sql(),
                extra_names=SQL("").join(
                    SQL(", %s", SQL.identifier(name)) for name in extra
                ),
                extra_values=SQL("").join(
                    SQL(", %s", value) for value in extra.values()
                ),
            )
        )

    def _grouped_sql(self) -> SQL:
        """Group included items by account; automatic only if all its items are."""
        return SQL(
            """
            SELECT decision.account_id, decision.strategy_id,
                   MAX(final_rank) FILTER (WHERE code = 'step') AS rank,
                   COUNT(*) FILTER (WHERE code <> 'credit') AS item_count,
                   SUM(CASE WHEN code = 'credit' THEN residual ELSE asked END)
                       AS amount,
                   MAX(late) FILTER (WHERE code <> 'credit') AS max_days_late,
                   COALESCE(BOOL_AND(level.automatic AND override IS NULL)
                       FILTER (WHERE code = 'step'), FALSE) AS automatic
              FROM ar_run_decision decision
         LEFT JOIN ar_dunning_level level
                ON level.strategy_id = decision.strategy_id
               AND level.rank = decision.final_rank
             WHERE code IN %s
          GROUP BY decision.account_id, decision.strategy_id
            """,
            IN_CODES,
        )

    @api.model
    def _contact_sql(self) -> SQL:
        """The fallback chain of the contact, best first; a bounced address is last.

        1 chosen on the account, 2 invoicing contact, 3 the customer itself, 4 any
        other contact; without any address the same order gives who gets the letter.
        """
        return SQL(
            """
            SELECT person.id, person.lang, person.ar_style, person.ar_channel,
                   person.ar_no_sms, person.ar_no_phone, person.ar_mobile,
                   CASE WHEN person.id = account.contact_id THEN 'chosen'
                        WHEN person.type = 'invoice' THEN 'invoice'
                        WHEN person.id = account.partner_id THEN 'customer'
                        ELSE 'other' END AS source,
                   CASE WHEN COALESCE(person.message_bounce, 0) = 0
                        THEN person.email_normalized END AS email
              FROM res_partner person
             WHERE person.commercial_partner_id = account.partner_id
               AND (person.active OR person.id = account.partner_id)
               AND person.type IN ('contact', 'invoice', 'other')
          ORDER BY (person.email_normalized IS NOT NULL
                    AND COALESCE(person.message_bounce, 0) = 0) DESC,
                   (person.id IS NOT DISTINCT FROM account.contact_id) DESC,
                   (person.type = 'invoice') DESC,
                   (person.id = account.partner_id) DESC,
                   person.id
             LIMIT 1
            """
        )

    def _insert_lines(self):
        """Every item of the decision, in or out, with its reason in words.

        In the order of the ledger: foreign keys are then checked page by page.
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ar_dunning_notice_line (
                       run_id, notice_id, account_id, line_id, move_id, number,
                       invoice_date, due_date, days_late, currency_id, amount_currency,
                       amount, included, reason_code, reason, level_id, rank, steps,
                       override, override_rank, override_reason, override_uid)
                SELECT %(run)s, notice.id, decision.account_id, decision.line_id,
                       decision.move_id, decision.number, decision.invoice_date,
                       decision.due_date, decision.late, decision.currency_id,
                       %(amount_currency)s,
                       CASE WHEN code IN ('step', 'listed') THEN asked
                            ELSE residual END,
                       code IN %(in_codes)s, code, %(reason)s, level.id,
                       decision.final_rank, code = 'step', override, override_rank,
                       override_reason, override_uid
                  FROM ar_run_decision decision
             LEFT JOIN ar_dunning_notice notice
                    ON notice.run_id = %(run)s
                   AND notice.account_id = decision.account_id
                   AND code IN %(in_codes)s
             LEFT JOIN ar_dunning_level level
                    ON level.strategy_id = decision.strategy_id
                   AND level.rank = decision.final_rank
                 WHERE code <> 'credit_left'
              ORDER BY decision.line_id
                """,
                run=self.id,
                amount_currency=self._amount_currency_sql(),
                in_codes=IN_CODES,
                reason=self._reason_sql(),
            )
        )

    @api.model
    def _amount_currency_sql(self) -> SQL:
        """What is asked, in the document's currency and rounded to it."""
        return SQL(
            """
            CASE WHEN code IN ('step', 'listed') AND asked <> residual
                 THEN ROUND(residual_currency * asked / residual, decimal_places)
                 ELSE residual_currency END
            """
        )

    def _get_lang(self) -> str:
        """Return the language of reasons: the company's, unless one person asks."""
        return (
            self.env.context.get("ar_reason_lang")
            or self.company_id.partner_id.lang
            or self.env.lang
            or "en_US"
        )

    def _date_sql(self, column: SQL) -> SQL:
        """Write a date the way of the company's language."""
        accounts = self.env["ar.account"].with_context(lang=self._get_lang())
        return SQL("to_char(%s, %s)", column, accounts._get_date_style())

    def _reason_sql(self) -> SQL:
        """Return the reason of each item, in the language of the company."""
        records = self.with_context(lang=self._get_lang())
        whens = [
            SQL("WHEN %s THEN %s", test, words)
            for test, words in records._get_special_reasons()
        ]
        whens += [
            SQL("WHEN code = %s THEN %s", code, words)
            for code, words in records._get_reasons().items()
        ]
        return SQL(
            "CASE %s END || CASE WHEN code IN ('step', 'listed') AND asked <> residual"
            " THEN %s ELSE '' END",
            SQL(" ").join(whens),
            records._part_reason_sql(),
        )

    def _part_reason_sql(self) -> SQL:
        """Say why a part of an item is not asked for."""
        env = self.env
        return SQL(
            "CASE WHEN disputed > 0 THEN format(%s, dispute_reason) ELSE %s END",
            env._(" (less the part %s)", "%1$s"),
            env._(" (less the promised part)"),
        )

    def _level_name_sql(self) -> SQL:
        lang = self._get_lang()
        return SQL("COALESCE(level.name->>%s, level.name->>'en_US')", lang)

    def _get_special_reasons(self) -> list[tuple[SQL, SQL]]:
        """Return (test, words) of steps that say more than their code."""
        env = self.env
        changed = env._(
            "level changed to %(level)s: %(reason)s", level="%1$s", reason="%2$s"
        )
        return [
            (
                SQL("code = 'step' AND override = 'level'"),
                SQL("format(%s, %s, override_reason)", changed, self._level_name_sql()),
            ),
            (
                SQL("code = 'step' AND late <= 0"),
                SQL("format(%s, -late)", env._("due in %s days")),
            ),
        ]

    def _get_reasons(self) -> dict[str, SQL]:
        """Return the words of each code; dates and levels are filled in by SQL.

        Extend by ``super() | {...}`` for codes of addons above.
        """
        return self._get_plain_reasons() | self._get_dated_reasons()

    def _get_plain_reasons(self) -> dict[str, SQL]:
        env = self.env
        words = {
            "credit": env._("credit of the customer, deducted"),
            "no_followup": env._("marked “no follow-up” in accounting"),
            "insolvency": env._("payer profile that stops reminders"),
            "plan": env._("in a payment plan"),
            "promised": env._("promised by the customer"),
            "last_level": env._("last level reached: a person decides"),
            "credit_covers": env._("credits of the customer cover it"),
            "below_minimum": env._("below the minimum of the strategy"),
            "not_selected": env._("customer not selected for this level"),
            "no_level": env._("the strategy has no level"),
            "manual": env._("a person approves this level"),
        }
        plain = {code: SQL("%s", text) for code, text in words.items()}
        return plain | {"disputed": SQL("dispute_reason")}

    def _get_dated_reasons(self) -> dict[str, SQL]:
        env = self.env
        due = self._date_sql(SQL("due_date"))
        next_date = SQL(
            "COALESCE(%s, '-')", self._date_sql(SQL("due_date + next_delay"))
        )
        message_date = SQL(
            "COALESCE(%s, '-')", self._date_sql(SQL("last_message_date"))
        )
        quiet_date = self._date_sql(SQL("decision.last_notice_date"))
        step = env._("%(days)s days late: %(level)s", days="%1$s", level="%2$s")
        listed = env._(
            "already reminded on %(date)s, listed; next level from %(next)s",
            date="%1$s",
            next="%2$s",
        )
        excluded = SQL("COALESCE(override_reason, excluded_reason, '')")
        return {
            "step": SQL("format(%s, late, %s)", step, self._level_name_sql()),
            "listed": SQL("format(%s, %s, %s)", listed, message_date, next_date),
            "not_due": SQL("format(%s, %s)", env._("due on %s"), due),
            "excluded": SQL(
                "format(%s, %s)", env._("left out by a person: %s"), excluded
            ),
            "waiting": SQL("format(%s, %s)", env._("next level from %s"), next_date),
            "quiet_days": SQL(
                "format(%s, %s)", env._("last message on %s, quiet days"), quiet_date
            ),
        }

    # ------------------------------------------------------------------
    # Totals
    # ------------------------------------------------------------------

    def _write_totals(self):
        """Write what the screen and `setup demo` say of this run."""
        codes = self.env.execute_query_dict(
            SQL(
                """
                SELECT code, COUNT(*) AS items, SUM(residual) AS amount,
                       COUNT(*) FILTER (WHERE residual > 0 AND late > 0) AS overdue,
                       SUM(residual) FILTER (WHERE residual > 0 AND late > 0) AS debt
                  FROM ar_run_decision
              GROUP BY code
              ORDER BY COUNT(*) DESC
                """
            )
        )
        ((notices, notice_items, total),) = self.env.execute_query(
            SQL(
                "SELECT COUNT(*), COALESCE(SUM(item_count), 0),"
                " COALESCE(SUM(amount), 0) FROM ar_dunning_notice WHERE run_id = %s",
                self.id,
            )
        )
        self.write(
            {
                "item_count": sum(row["overdue"] for row in codes),
                "overdue_total": sum(row["debt"] or 0 for row in codes),
                "notice_count": notices,
                "notice_item_count": notice_items,
                "notice_total": total,
                "out_items": {
                    row["code"]: [row["items"], float(row["amount"])]
                    for row in codes
                    if row["code"] not in (*IN_CODES, "credit_left")
                },
            }
        )
