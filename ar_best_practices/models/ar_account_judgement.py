"""Judgements on accounts: payer profile, strategy, collector, priority.

Each is proposed by rules over facts, stored with its reason in words, and refreshed by
a number of statements that does not depend on the number of customers.
"""

import re

from odoo import api, models
from odoo.tools import SQL

from .scope import Fact, PriorityTerm, Scope, Source

# A new payer profile must hold for a month before it replaces the one in place.
HYSTERESIS = "1 month"


class ArAccountJudgement(models.AbstractModel):
    _name = "ar.account.judgement"
    _description = "Judgements on a customer account"

    # ------------------------------------------------------------------
    # Hooks: an addon extends these four by super()
    # ------------------------------------------------------------------

    @api.model
    def _fact_sql(self, scope: Scope) -> dict[str, Source]:
        """Return the sources of facts by name; called by rules and priority.

        Extend by adding a source to ``super()``: at most one row per account_id, NULL
        for unknown. Each source is LEFT JOINed once, and only when a rule asks for one
        of its facts. A fact name used twice raises.
        """
        return {
            "ledger": self._ledger_source(scope),
            "behavior": self._behavior_source(scope),
            "account": self._account_source(scope),
            "sales": self._sales_source(scope),
            "portfolio": self._portfolio_source(scope),
        }

    @api.model
    def _excluded_amount_sql(self, scope: Scope) -> list[SQL]:
        """Return SELECTs of amounts left out of collection; called by live amounts,
        runs and statements.

        Columns: line_id, kind (dispute, plan or promise), amount_currency (positive,
        document currency), until (date or NULL), res_model, res_id, reason. The base
        caps them per line at its residual, in the order dispute, plan, promise.
        """
        return [self._flagged_dispute_sql(scope)]

    @api.model
    def _priority_terms_sql(self, scope: Scope) -> list[PriorityTerm]:
        """Return the terms of the priority, SQL over fact columns between 0 and 1.

        Weights are data (``ar.priority.weight``): a term without a weight counts for
        nothing, one without data is left out and its weight shared among the others.
        """
        env = self.env
        return [
            PriorityTerm(
                "amount",
                env._("amount"),
                SQL("LEAST(1, amount_to_collect / NULLIF(overdue_p90, 0))"),
            ),
            PriorityTerm(
                "age",
                env._("age"),
                SQL(
                    "CASE WHEN max_days_late > 90 THEN 0.9"
                    " WHEN max_days_late > 60 THEN 1 WHEN max_days_late > 30 THEN 0.8"
                    " WHEN max_days_late > 7 THEN 0.5 WHEN max_days_late > 0 THEN 0.2"
                    " ELSE 0 END"
                ),
            ),
        ]

    @api.model
    def _timeline_sources(self) -> list[SQL]:
        """Return SELECTs that feed the timeline of an account.

        Columns: account_id, date, kind, direction, res_model, res_id, amount,
        currency_id, author_id, summary.
        """
        return [
            self._notice_timeline_sql(),
            self._decision_timeline_sql(),
            self._statement_timeline_sql(),
        ]

    # ------------------------------------------------------------------
    # The base's own sources
    # ------------------------------------------------------------------

    def _ledger_source(self, scope: Scope) -> Source:
        env = self.env
        facts = [
            Fact("open_amount", "money", env._("open amount"), True),
            Fact("overdue_amount", "money", env._("overdue amount"), True),
            Fact("max_days_late", "days", env._("days late of the oldest item"), True),
            Fact("bucket_over_90", "money", env._("late over 90 days"), True),
            Fact("unallocated_amount", "money", env._("credits"), True),
            Fact("disputed_amount", "money", env._("disputed amount"), True),
            Fact("promised_amount", "money", env._("promised amount"), True),
            Fact("amount_to_collect", "money", env._("amount to collect"), True),
        ]
        return Source(self._live_sql(scope), {fact.column: fact for fact in facts})

    def _behavior_source(self, scope: Scope) -> Source:
        env = self.env
        facts = [
            Fact("settled_count", "number", env._("settled items in 12 months"), True),
            Fact("days_beyond_terms", "days", env._("days beyond terms"), True),
            Fact(
                "days_beyond_terms_open",
                "days",
                env._("days beyond terms with open items"),
                True,
            ),
            Fact("behavior_trend", "days", env._("trend of days beyond terms"), True),
            Fact("late_share", "share", env._("share paid late"), True),
            Fact("on_time_share", "share", env._("share paid on time"), True),
            Fact("payment_index", "number", env._("payment index"), True),
            Fact("index_gap", "number", env._("gap between the indexes"), True),
            Fact("longest_delay", "days", env._("longest delay in 12 months"), True),
            Fact("regularity", "days", env._("standard deviation of lateness"), True),
        ]
        measured = (
            self._behavior_sql(scope)
            if scope.is_past
            else SQL("SELECT *, id AS account_id FROM ar_account")
        )
        query = SQL(
            """
            SELECT account_id, COALESCE(settled_count, 0) AS settled_count,
                   days_beyond_terms, days_beyond_terms_open,
                   late_share, 1 - late_share AS on_time_share, payment_index,
                   ABS(payment_index - payment_index_by_number) AS index_gap,
                   longest_delay, regularity,
                   days_beyond_terms_recent - days_beyond_terms AS behavior_trend
              FROM (%s) measured
            """,
            measured,
        )
        return Source(query, {fact.column: fact for fact in facts})

    def _account_source(self, scope: Scope) -> Source:
        env = self.env
        facts = [
            Fact("payer_profile", "code", env._("payer profile"), False),
            Fact("stops_dunning", "flag", env._("profile that stops reminders"), False),
            Fact("minimum_amount", "money", env._("minimum of the strategy"), False),
            Fact("public_body", "flag", env._("public body"), True),
            Fact("insured", "flag", env._("insured"), False),
            Fact("country", "code", env._("country"), True),
            Fact("region", "code", env._("region"), True),
            Fact("language", "code", env._("language"), True),
        ]
        query = SQL(
            """
            SELECT account.id AS account_id, profile.code AS payer_profile,
                   profile.stops_dunning, strategy.minimum_amount,
                   account.public_body, account.insured, country.code AS country,
                   state.code AS region, partner.lang AS language
              FROM ar_account account
              JOIN res_partner partner ON partner.id = account.partner_id
         LEFT JOIN res_country country ON country.id = partner.country_id
         LEFT JOIN res_country_state state ON state.id = partner.state_id
         LEFT JOIN ar_payer_profile profile ON profile.id = account.payer_profile_id
         LEFT JOIN ar_dunning_strategy strategy ON strategy.id = account.strategy_id
            """
        )
        return Source(query, {fact.column: fact for fact in facts})

    def _flagged_dispute_sql(self, scope: Scope) -> SQL:
        """Items flagged as disputed as a whole, before any case is opened."""
        return SQL(
            """
            SELECT item.line_id, 'dispute' AS kind, line.amount_currency,
                   NULL::date AS until, 'ar.item' AS res_model, item.id AS res_id,
                   %(reason)s AS reason
              FROM ar_item item
              JOIN account_move_line line ON line.id = item.line_id
             WHERE item.disputed
               AND (item.disputed_date IS NULL OR item.disputed_date <= %(as_of)s)
            """,
            reason=self.env._("disputed by the customer"),
            as_of=scope.as_of,
        )

    def _notice_timeline_sql(self) -> SQL:
        return SQL(
            """
            SELECT notice.account_id, notice.sent_date::date AS date, 'notice' AS kind,
                   'out' AS direction, 'ar.dunning.notice' AS res_model,
                   notice.id AS res_id, notice.amount, notice.currency_id,
                   notice.sent_uid AS author_id,
                   CONCAT_WS(', ', notice.name, notice.posting_ref,
                             CASE WHEN notice.receipt_date IS NOT NULL
                                  THEN format(%(received)s, to_char(
                                       notice.receipt_date, %(style)s)) END) AS summary
              FROM ar_dunning_notice notice
             WHERE notice.state = 'sent'
            """,
            received=self.env._("received on %s"),
            style=self._get_date_style(),
        )

    def _statement_timeline_sql(self) -> SQL:
        return SQL(
            """
            SELECT statement.account_id, statement.sent_date::date, 'statement', 'out',
                   'ar.statement', statement.id, statement.amount,
                   statement.currency_id, campaign.approved_uid, campaign.name
              FROM ar_statement statement
              JOIN ar_statement_campaign campaign
                ON campaign.id = statement.campaign_id
             WHERE statement.state = 'sent'
            """
        )

    def _decision_timeline_sql(self) -> SQL:
        return SQL(
            """
            SELECT decision.account_id, decision.date::date, 'decision', 'internal',
                   'ar.account.decision', decision.id, NULL::numeric, NULL::int,
                   decision.user_id,
                   concat_ws(' ', decision.subject, decision.before, '→',
                             decision.after, decision.reason)
              FROM ar_account_decision decision
            """
        )

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    @api.model
    def _get_facts(self, scope: Scope) -> dict[str, tuple[str, Fact]]:
        """Return every fact by name with the source that carries it."""
        found: dict[str, tuple[str, Fact]] = {}
        for source_name, source in self._fact_sql(scope).items():
            for name, fact in source.facts.items():
                if name in found:
                    raise ValueError(
                        f"Fact {name!r} comes from {found[name][0]!r}"
                        f" and from {source_name!r}"
                    )
                found[name] = (source_name, fact)
        return found

    def _fact_table_sql(self, scope: Scope, names: set[str]) -> SQL:
        """Return account_id, company_id and the wanted facts, one row per account."""
        sources, facts = self._fact_sql(scope), self._get_facts(scope)
        names = {name for name in names if name in facts}
        columns = [self._fact_column_sql(scope, name, *facts[name]) for name in names]
        joins = [
            SQL(
                "LEFT JOIN (%(query)s) %(alias)s"
                " ON %(alias)s.account_id = account.account_id",
                query=sources[name].query,
                alias=SQL.identifier(f"source_{name}"),
            )
            for name in sorted({facts[name][0] for name in names})
        ]
        return SQL(
            "SELECT %s FROM (%s) account %s",
            SQL(", ").join(
                [SQL("account.account_id"), SQL("account.company_id"), *columns]
            ),
            scope.accounts,
            SQL(" ").join(joins),
        )

    def _fact_column_sql(
        self, scope: Scope, name: str, source_name: str, fact: Fact
    ) -> SQL:
        column = SQL.identifier(f"source_{source_name}", fact.column)
        if scope.is_past and not fact.historical:
            column = SQL("CASE WHEN FALSE THEN %s END", column)
        return SQL("%s AS %s", column, SQL.identifier(name))

    # ------------------------------------------------------------------
    # Refresh of judgements
    # ------------------------------------------------------------------

    @api.model
    def _refresh_judgements(self, scope: Scope):
        """Propose profiles, then what depends on them, then the priority.

        Reasons are kept in words: those of each company, whoever or whatever refreshes.
        """
        for records, part in self._by_company_language(scope):
            records._propose_profiles(part)
            records._assign_by_rules(part, "strategy", "strategy_id")
            records._assign_by_rules(part, "collector", "collector_id")
            records._refresh_priority(part)

    @api.model
    def _by_company_language(self, scope: Scope) -> list:
        """Return (these records speaking a language, the accounts of the companies that
        speak it): one pair for each language of the database's companies."""
        roots = {root for _company, root, _zone in self._company_tree()}
        spoken = (
            self.env["res.company"]
            .browse(sorted(roots))
            .grouped(lambda company: company.partner_id.lang or self.env.lang)
        )
        if len(spoken) == 1:
            return [(self.with_context(lang=lang), scope) for lang in spoken]
        return [
            (
                self.with_context(lang=lang),
                scope._replace(
                    accounts=SQL(
                        "SELECT * FROM (%s) account WHERE company_id IN %s",
                        scope.accounts,
                        tuple(companies.ids),
                    )
                ),
            )
            for lang, companies in spoken.items()
        ]

    @api.model
    def _propose_profiles(self, scope: Scope):
        """Propose a payer profile by rules; a proposal that holds is taken."""
        decision = self.env["ar.rule"]._decision_sql(scope, "profile")
        if decision is None:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_account account
                   SET payer_profile_proposed_id = fresh.target_id,
                       payer_profile_reason = fresh.reason,
                       payer_profile_proposed_since = CASE
                           WHEN account.payer_profile_proposed_id
                                IS NOT DISTINCT FROM fresh.target_id
                           THEN account.payer_profile_proposed_since
                           ELSE %(as_of)s END
                  FROM (
                        SELECT stored.id, decision.*
                          FROM ar_account stored
                          JOIN (%(decision)s) decision
                            ON decision.account_id = stored.id
                         WHERE (stored.payer_profile_proposed_id,
                                stored.payer_profile_reason)
                               IS DISTINCT FROM (decision.target_id, decision.reason)
                           FOR NO KEY UPDATE OF stored SKIP LOCKED
                       ) fresh
                 WHERE account.id = fresh.id
                """,
                as_of=SQL("%s::date", scope.as_of),
                decision=decision,
            )
        )
        self._apply_profiles(scope)

    def _apply_profiles(self, scope: Scope):
        """Take the proposals that held long enough, and log each change."""
        self.env.cr.execute(
            SQL(
                """
                WITH changed AS (
                    UPDATE ar_account account
                       SET payer_profile_id = account.payer_profile_proposed_id,
                           payer_profile_since = %(as_of)s,
                           payer_profile_locked = FALSE
                      FROM ar_account stored
                      JOIN (%(accounts)s) scope ON scope.account_id = stored.id
                 LEFT JOIN ar_payer_profile before
                         ON before.id = stored.payer_profile_id
                     WHERE stored.id = account.id
                       AND stored.payer_profile_proposed_id IS NOT NULL
                       AND stored.payer_profile_id
                           IS DISTINCT FROM stored.payer_profile_proposed_id
                       AND (stored.payer_profile_locked IS NOT TRUE
                            OR stored.payer_profile_lock_until < %(as_of)s)
                       AND (before.id IS NULL
                            OR before.code = 'PP00'
                            OR stored.payer_profile_proposed_since
                               <= %(as_of)s - %(hysteresis)s::interval)
                 RETURNING account.id, before.code AS before,
                           account.payer_profile_id, account.payer_profile_reason
                )
                INSERT INTO ar_account_decision
                       (account_id, date, code, subject, before, after, reason,
                        user_id)
                SELECT changed.id, now() AT TIME ZONE 'UTC', 'profile', %(subject)s,
                       changed.before,
                       profile.code, changed.payer_profile_reason, %(user)s
                  FROM changed
                  JOIN ar_payer_profile profile ON profile.id = changed.payer_profile_id
                """,
                as_of=SQL("%s::date", scope.as_of),
                accounts=scope.accounts,
                hysteresis=HYSTERESIS,
                subject=self.env._("Payer profile"),
                user=self.env.uid,
            )
        )

    @api.model
    def _assign_by_rules(self, scope: Scope, usage: str, column: str):
        """Write the target of the first rule that matches, unless a person chose.

        ``<usage>_forced`` keeps a person's choice, ``<usage>_rule_id`` is the rule that
        decided, ``<usage>_reason`` says why.
        """
        decision = self.env["ar.rule"]._decision_sql(scope, usage)
        if decision is None:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_account account
                   SET %(column)s = fresh.target_id, %(rule)s = fresh.rule_id,
                       %(reason)s = fresh.reason
                  FROM (
                        SELECT stored.id, decision.*
                          FROM ar_account stored
                          JOIN (%(decision)s) decision
                            ON decision.account_id = stored.id
                         WHERE stored.%(forced)s IS NOT TRUE
                           AND (stored.%(column)s, stored.%(rule)s, stored.%(reason)s)
                               IS DISTINCT FROM (decision.target_id, decision.rule_id,
                                                 decision.reason)
                           FOR NO KEY UPDATE OF stored SKIP LOCKED
                       ) fresh
                 WHERE account.id = fresh.id
                """,
                column=SQL.identifier(column),
                rule=SQL.identifier(f"{usage}_rule_id"),
                reason=SQL.identifier(f"{usage}_reason"),
                forced=SQL.identifier(f"{usage}_forced"),
                decision=decision,
            )
        )

    @api.model
    def _refresh_priority(self, scope: Scope):
        """Rank the accounts by what to do first, and say why in words."""
        terms = self._priority_terms_sql(scope)
        wanted = SQL(
            "COALESCE(max_days_late, 0) > 0 AS late, %s AS excluded, %s",
            self._not_worked_sql(),
            SQL(", ").join(
                SQL(
                    "(%s)::numeric AS %s",
                    term.value,
                    SQL.identifier(f"term_{term.code}"),
                )
                for term in terms
            ),
        )
        rows = SQL(
            "SELECT account_id, %s FROM (%s) facts",
            wanted,
            self._fact_table_sql(scope, set(re.findall(r"\w+", wanted.code))),
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_account account
                   SET priority = fresh.priority,
                       priority_reason = fresh.priority_reason
                  FROM (
                        SELECT stored.id, rated.priority, rated.priority_reason
                          FROM ar_account stored
                          JOIN (%(rated)s) rated ON rated.account_id = stored.id
                         WHERE (stored.priority, stored.priority_reason)
                               IS DISTINCT FROM (rated.priority, rated.priority_reason)
                           FOR NO KEY UPDATE OF stored SKIP LOCKED
                       ) fresh
                 WHERE account.id = fresh.id
                """,
                rated=self.env["ar.priority.weight"]._rated_sql(rows, terms),
            )
        )

    @api.model
    def _not_worked_sql(self) -> SQL:
        """Say why nobody should work on a customer who is late, NULL for the others."""
        env = self.env
        reasons = {
            env._("not worked: insolvency"): SQL("stops_dunning OR insolvency"),
            env._("not worked: everything late is disputed"): SQL(
                "disputed_amount >= overdue_amount"
            ),
            env._("not worked: payment plan respected"): SQL(
                "running_plan AND amount_to_collect <= 0"
            ),
            env._("not worked: below the minimum of the strategy"): SQL(
                "overdue_amount < minimum_amount"
            ),
        }
        return SQL(
            "CASE WHEN COALESCE(max_days_late, 0) <= 0 THEN NULL %s END",
            SQL(" ").join(SQL("WHEN %s THEN %s", t, w) for w, t in reasons.items()),
        )
