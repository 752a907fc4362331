"""The same results in plain SQL: what the machine itself costs, in that minute.

Nothing here comes from the addons. Tables made for a floor are taken back with the
transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

Cursor = Any

SESSION = "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"


def receivables(cursor: Cursor) -> tuple[int, ...]:
    """Return the ids of the receivable accounts."""
    cursor.execute(
        "SELECT id FROM account_account WHERE account_type = 'asset_receivable'"
    )
    return tuple(row[0] for row in cursor.fetchall())


def _runner(cursor: Cursor, day: date) -> Callable[[str], int]:
    """Return what executes a statement of this module and returns its rows."""
    params = {"day": day, "receivables": receivables(cursor)}

    def run(sql: str) -> int:
        cursor.execute(sql, params)
        return cursor.rowcount

    return run


# ----------------------------------------------------------------------------------
# A dunning run: one line for each overdue item, one letter for each customer
# ----------------------------------------------------------------------------------

# Tables with as many foreign keys and indexes as any model of dunning needs
DUNNING_TABLES = """
    CREATE TABLE floor_letter (
        id serial PRIMARY KEY, run_id int,
        partner_id int NOT NULL REFERENCES res_partner,
        company_id int NOT NULL REFERENCES res_company,
        currency_id int REFERENCES res_currency, level int, date date NOT NULL,
        state varchar NOT NULL, amount numeric, n int,
        create_uid int REFERENCES res_users, write_uid int REFERENCES res_users,
        create_date timestamp, write_date timestamp);
    CREATE INDEX ON floor_letter (partner_id);
    CREATE INDEX ON floor_letter (run_id);
    CREATE TABLE floor_line (
        id serial PRIMARY KEY, run_id int, letter_id int REFERENCES floor_letter,
        date date NOT NULL, date_due date, state varchar NOT NULL,
        channel varchar NOT NULL, level int,
        move_line_id int NOT NULL REFERENCES account_move_line ON DELETE CASCADE,
        move_id int REFERENCES account_move,
        partner_id int NOT NULL REFERENCES res_partner,
        company_id int NOT NULL REFERENCES res_company,
        currency_id int REFERENCES res_currency, amount_due numeric,
        balance_due numeric, days_late int, create_uid int REFERENCES res_users,
        write_uid int REFERENCES res_users, create_date timestamp,
        write_date timestamp);
    CREATE INDEX ON floor_line (date);
    CREATE INDEX ON floor_line (move_line_id);
    CREATE INDEX ON floor_line (move_id);
    CREATE INDEX ON floor_line (partner_id);
    CREATE INDEX ON floor_line (letter_id)
"""
OPEN_ITEMS = """
    SELECT id, move_id, partner_id, company_id, currency_id, date_maturity, balance,
           amount_residual, %(day)s - date_maturity AS late
      FROM account_move_line
     WHERE account_id IN %(receivables)s
       AND parent_state = 'posted'
       AND reconciled IS NOT TRUE
       AND partner_id IS NOT NULL
"""
REMINDED = "balance > 0 AND date_maturity < %(day)s - 10"
LEVEL = "CASE WHEN late > 60 THEN 3 WHEN late > 30 THEN 2 ELSE 1 END"
LINE_COLUMNS = """
    INSERT INTO floor_line (
           run_id, letter_id, date, date_due, state, channel, level, move_line_id,
           move_id, partner_id, company_id, currency_id, amount_due, balance_due,
           days_late, create_uid, write_uid, create_date, write_date)
"""
REMINDED_ROWS = f"""
    WITH item AS MATERIALIZED ({OPEN_ITEMS} AND {REMINDED}), letter AS (
        INSERT INTO floor_letter (
               run_id, partner_id, company_id, currency_id, level, date, state,
               amount, n, create_uid, write_uid, create_date, write_date)
        SELECT 1, partner_id, company_id, currency_id, max({LEVEL}), %(day)s,
               'draft', sum(amount_residual), count(*), 2, 2, now(), now()
          FROM item
      GROUP BY partner_id, company_id, currency_id
     RETURNING id, partner_id, company_id, currency_id
    )
    {LINE_COLUMNS}
    SELECT 1, letter.id, %(day)s, item.date_maturity, 'draft',
           CASE WHEN partner.email IS NULL THEN 'letter' ELSE 'email' END, {LEVEL},
           item.id, item.move_id, item.partner_id, item.company_id,
           item.currency_id, item.balance, item.amount_residual, late, 2, 2, now(),
           now()
      FROM item
      JOIN letter USING (partner_id, company_id, currency_id)
      JOIN res_partner partner ON partner.id = item.partner_id
"""
LEFT_OUT_ROWS = f"""
    {LINE_COLUMNS}
    SELECT 1, NULL, %(day)s, date_maturity, 'draft', 'none', NULL, id, move_id,
           partner_id, company_id, currency_id, balance, amount_residual, late, 2, 2,
           now(), now()
      FROM ({OPEN_ITEMS} AND ({REMINDED}) IS NOT TRUE) item
"""


def prepare_dunning(cursor: Cursor) -> None:
    """Make the empty tables; their making is no part of the floor."""
    cursor.execute(SESSION)
    cursor.execute(DUNNING_TABLES)


def remind(cursor: Cursor, day: date) -> int:
    """Insert lines and letters of the overdue items; return the number of lines."""
    return _runner(cursor, day)(REMINDED_ROWS)


def remind_and_list(cursor: Cursor, day: date) -> int:
    """The same, and a line for each open item that is left out."""
    run = _runner(cursor, day)
    return run(REMINDED_ROWS) + run(LEFT_OUT_ROWS)


# ----------------------------------------------------------------------------------
# Overdue amount and buckets of every customer
# ----------------------------------------------------------------------------------

OVERDUE = f"""
    SELECT partner_id, max(late), sum(amount_residual), count(*),
           sum(amount_residual) FILTER (WHERE late BETWEEN 1 AND 30),
           sum(amount_residual) FILTER (WHERE late BETWEEN 31 AND 60),
           sum(amount_residual) FILTER (WHERE late BETWEEN 61 AND 90),
           sum(amount_residual) FILTER (WHERE late > 90)
      FROM ({OPEN_ITEMS} AND date_maturity < %(day)s) item
  GROUP BY partner_id
"""
COVERING_INDEX = """
    CREATE INDEX ON account_move_line (partner_id, date_maturity)
         INCLUDE (amount_residual, company_id, account_id)
     WHERE reconciled IS NOT TRUE
       AND parent_state = 'posted'
       AND account_id IN %(receivables)s
"""


def overdue(cursor: Cursor, day: date) -> int:
    """Fetch overdue amount and buckets by customer; return the number of customers."""
    customers = _runner(cursor, day)(OVERDUE)
    cursor.fetchall()
    return customers


def cover(cursor: Cursor, day: date) -> None:
    """Build the best index for it."""
    _runner(cursor, day)(COVERING_INDEX)


# ----------------------------------------------------------------------------------
# Payment behaviour of every customer, stored: the definition of `ar.account`
# ----------------------------------------------------------------------------------

BEHAVIOUR_TABLE = """
    CREATE TABLE floor_behaviour (
        id serial PRIMARY KEY, partner_id int NOT NULL REFERENCES res_partner,
        company_id int NOT NULL REFERENCES res_company, settled_count int,
        days_beyond_terms float8, days_beyond_terms_floored float8,
        days_beyond_terms_open float8, days_beyond_terms_recent float8,
        days_to_pay float8, late_share float8, payment_index float8,
        payment_index_by_number float8, longest_delay float8, regularity float8,
        last_payment_date date);
    CREATE UNIQUE INDEX ON floor_behaviour (partner_id, company_id)
"""
# points lost per day late, between the published anchors of the payment index
SCORE = """
    CASE WHEN late <= -30 THEN 100 WHEN late <= -20 THEN 70 - late
         WHEN late <= 0 THEN 80 - late / 2.0 WHEN late <= 15 THEN 80 - late / 1.5
         WHEN late <= 22 THEN 70 - (late - 15) / 0.7
         WHEN late <= 30 THEN 60 - (late - 22) / 0.8
         ELSE greatest(0, 60 - late / 3.0) END
"""
MATCHED = """
    SELECT partial.debit_move_id AS id, sum(partial.amount) AS amount,
           max(line.date) FILTER (WHERE NOT exchange) AS paid_on,
           bool_and(journal.type IN ('bank', 'cash', 'credit'))
               FILTER (WHERE NOT exchange) AS by_cash
      FROM account_partial_reconcile partial
      JOIN (SELECT id, date, journal_id, move_id IN (
                   SELECT exchange_move_id FROM account_partial_reconcile
                    WHERE exchange_move_id IS NOT NULL) AS exchange
              FROM account_move_line
             WHERE account_id IN %(receivables)s AND parent_state = 'posted'
           ) line ON line.id = partial.credit_move_id
      JOIN account_journal journal ON journal.id = line.journal_id
     WHERE partial.max_date <= %(day)s
  GROUP BY partial.debit_move_id
"""
ITEMS = f"""
    SELECT *, closed AND by_cash AND paid_on > %(day)s::date - interval '1 year'
                  AS settled,
           NOT closed AND due < %(day)s AS is_late,
           (CASE WHEN closed THEN paid_on ELSE %(day)s END) - due AS late
      FROM (SELECT line.id, line.partner_id, line.company_id, line.balance AS weight,
                   coalesce(line.date_maturity, line.date) AS due,
                   coalesce(line.invoice_date, line.date) AS invoiced,
                   coalesce(matched.amount, 0) >= line.balance AS closed,
                   matched.by_cash, matched.paid_on
              FROM account_move_line line
         LEFT JOIN ({MATCHED}) matched ON matched.id = line.id
             WHERE line.account_id IN %(receivables)s
               AND line.parent_state = 'posted'
               AND line.display_type = 'payment_term'
               AND line.balance > 0
               AND coalesce(line.invoice_date, line.date) <= %(day)s) line
"""
WEIGHED = "sum(weight * {0}) FILTER (WHERE {1}) / sum(weight) FILTER (WHERE {1})"
SETTLED = "CASE WHEN count(*) FILTER (WHERE settled) >= 5 THEN {0} END"


def _weighed(value: str, which: str = "settled") -> str:
    """Return a weighted average, NULL below five items."""
    average = WEIGHED.format(value, which)
    return f"CASE WHEN count(*) FILTER (WHERE {which}) >= 5 THEN {average} END"


BEHAVIOUR = f"""
    INSERT INTO floor_behaviour (
           partner_id, company_id, settled_count, days_beyond_terms,
           days_beyond_terms_floored, days_beyond_terms_open,
           days_beyond_terms_recent, days_to_pay, late_share, payment_index,
           payment_index_by_number, longest_delay, regularity, last_payment_date)
    SELECT partner.commercial_partner_id, item.company_id,
           count(*) FILTER (WHERE settled),
           {_weighed("late")}, {_weighed("greatest(late, 0)")},
           {_weighed("late", "(settled OR is_late)")},
           {_weighed("late", "(settled AND recent)")},
           {_weighed("(paid_on - invoiced)")}, {_weighed("(late > 0)::int")},
           {_weighed("score")},
           {SETTLED.format("avg(score) FILTER (WHERE settled)")},
           max(late) FILTER (WHERE settled),
           {SETTLED.format("stddev_samp(late) FILTER (WHERE settled AND rank <= 12)")},
           max(paid_on)
      FROM (SELECT *, {SCORE} AS score,
                   paid_on > %(day)s::date - interval '3 months' AS recent,
                   row_number() OVER (PARTITION BY partner_id, settled
                                          ORDER BY paid_on DESC, id DESC) AS rank
              FROM ({ITEMS}) item
             WHERE settled OR is_late OR paid_on IS NOT NULL) item
      JOIN res_partner partner ON partner.id = item.partner_id
  GROUP BY partner.commercial_partner_id, item.company_id
"""


def prepare_behaviour(cursor: Cursor) -> None:
    """Make the empty table; its making is no part of the floor."""
    cursor.execute(SESSION)
    cursor.execute(BEHAVIOUR_TABLE)


def behave(cursor: Cursor, day: date) -> int:
    """Measure and store the behaviour of every customer; return how many."""
    return _runner(cursor, day)(BEHAVIOUR)


def differences(cursor: Cursor) -> int:
    """Return how many accounts say something else than the floor's table."""
    cursor.execute(
        """
        SELECT count(*)
          FROM ar_account account
     LEFT JOIN floor_behaviour floor USING (partner_id, company_id)
         WHERE (account.settled_count, account.longest_delay, account.last_payment_date)
               IS DISTINCT FROM
               (coalesce(floor.settled_count, 0), floor.longest_delay,
                floor.last_payment_date)
            OR abs(account.days_beyond_terms - floor.days_beyond_terms) > 1e-6
            OR abs(account.days_beyond_terms_open - floor.days_beyond_terms_open) > 1e-6
            OR abs(account.payment_index - floor.payment_index) > 1e-6
            OR abs(account.regularity - floor.regularity) > 1e-6
            OR (account.days_beyond_terms IS NULL) <> (floor.days_beyond_terms IS NULL)
            OR (account.regularity IS NULL) <> (floor.regularity IS NULL)
        """
    )
    return cursor.fetchone()[0]


# ----------------------------------------------------------------------------------
# Priority of every customer, written where the suite keeps it
# ----------------------------------------------------------------------------------

# What is promised of an item is no more than what is left of it after disputes.
LEFT_TO_COLLECT = f"""
    SELECT partner.commercial_partner_id AS partner_id, item.company_id, late,
           amount_residual AS residual,
           CASE WHEN flagged.line_id IS NOT NULL AND amount_residual > 0
                THEN amount_residual ELSE 0 END AS disputed,
           CASE WHEN flagged.line_id IS NULL
                THEN greatest(0, least(coalesce(promised.amount, 0), amount_residual))
           ELSE 0 END AS promised
      FROM ({OPEN_ITEMS} AND coalesce(invoice_date, date) <= %(day)s) item
      JOIN res_partner partner ON partner.id = item.partner_id
 LEFT JOIN (SELECT DISTINCT line_id FROM ar_item WHERE disputed) flagged
        ON flagged.line_id = item.id
 LEFT JOIN (SELECT line_id, sum(part.amount) AS amount
              FROM ar_payment_promise_line part
              JOIN ar_payment_promise promise ON promise.id = part.promise_id
             WHERE part.is_open AND promise.deadline >= %(day)s
          GROUP BY line_id) promised ON promised.line_id = item.id
"""
LATE_CUSTOMERS = f"""
    SELECT partner_id, company_id, max(late) FILTER (WHERE residual > 0) AS days,
           sum(residual) FILTER (WHERE residual > 0 AND late > 0) AS overdue,
           sum(disputed) AS disputed,
           greatest(0, sum(CASE WHEN residual < 0 THEN residual WHEN late > 0
                                THEN residual - disputed - promised ELSE 0 END)) AS due
      FROM ({LEFT_TO_COLLECT}) item
  GROUP BY partner_id, company_id
"""
PROMISES = """
    SELECT account_id, bool_or(state = 'open') AS coming,
           bool_or(state IN ('broken', 'partly') AND EXISTS (
               SELECT 1 FROM ar_payment_promise_line part
                 JOIN account_move_line line ON line.id = part.line_id
                WHERE part.promise_id = promise.id AND line.reconciled IS NOT TRUE
                  AND NOT EXISTS (SELECT 1 FROM ar_payment_promise_line again
                                   WHERE again.line_id = part.line_id
                                     AND again.is_open))) AS broken
      FROM ar_payment_promise promise
  GROUP BY account_id
"""
INSOLVENT = """
    SELECT DISTINCT action.account_id
      FROM ar_collection_action action
      JOIN ar_nonpayment_reason reason ON reason.id = action.reason_id
     WHERE reason.code IN ('NP11', 'NP12', 'NP13')
       AND action.date > %(day)s::date - interval '1 year'
"""
AGE = """
    CASE WHEN days > 90 THEN 0.9 WHEN days > 60 THEN 1 WHEN days > 30 THEN 0.8
         WHEN days > 7 THEN 0.5 WHEN days > 0 THEN 0.2 ELSE 0 END
"""
# Weights as shipped: amount and age share what the unknown risk leaves
RATED = f"""
    WITH late AS MATERIALIZED ({LATE_CUSTOMERS}), large AS (
        SELECT company_id, percentile_cont(0.9) WITHIN GROUP (ORDER BY overdue) AS p90
          FROM late
         WHERE overdue > 0
      GROUP BY company_id
    )
    SELECT account.id,
           CASE WHEN coalesce(days, 0) <= 0 THEN 0
                WHEN profile.stops_dunning OR insolvent.account_id IS NOT NULL
                  OR late.disputed >= overdue OR overdue < strategy.minimum_amount
                THEN NULL
                ELSE greatest(0, least(100, round(100 * (
                     0.4 / 0.7 * least(1, due / p90)::numeric + 0.3 / 0.7 * {AGE}
                     + 0.15 * coalesce(broken, FALSE)::int
                     + 0.10 * (coalesce(%(day)s - greatest(
                           last_contact_date::date, answered_date::date,
                           last_notice_date), days) >= 21)::int
                     - 0.30 * coalesce(coming, FALSE)::int))))::int
           END AS priority
      FROM ar_account account
 LEFT JOIN late ON late.partner_id = account.partner_id
               AND late.company_id = account.company_id
 LEFT JOIN large ON large.company_id = account.company_id
 LEFT JOIN ar_payer_profile profile ON profile.id = account.payer_profile_id
 LEFT JOIN ar_dunning_strategy strategy ON strategy.id = account.strategy_id
 LEFT JOIN ({PROMISES}) promise ON promise.account_id = account.id
 LEFT JOIN ({INSOLVENT}) insolvent ON insolvent.account_id = account.id
"""


def forget_priorities(cursor: Cursor) -> None:
    """Let everybody have another priority, so that all of them are written."""
    cursor.execute("UPDATE ar_account SET priority = -1, priority_reason = ''")


def rate(cursor: Cursor, day: date) -> int:
    """Write the priority of every customer, without its words; return how many."""
    return _runner(cursor, day)(
        f"""
        UPDATE ar_account account
           SET priority = rated.priority
          FROM ({RATED}) rated
         WHERE rated.id = account.id
           AND account.priority IS DISTINCT FROM rated.priority
        """
    )


def other_priorities(cursor: Cursor, day: date) -> int:
    """Return how many accounts hold another priority than the floor's."""
    return _runner(cursor, day)(
        f"""
        SELECT FROM ({RATED}) rated
          JOIN ar_account account USING (id)
         WHERE account.priority IS DISTINCT FROM rated.priority
        """
    )


# ----------------------------------------------------------------------------------
# What payments pay: a row for each bank line that waits, one for each item found
# ----------------------------------------------------------------------------------

# Tables with as many foreign keys and indexes as any model of proposals needs
MATCHING_TABLES = """
    CREATE TABLE floor_proposal (
        id serial PRIMARY KEY, company_id int NOT NULL REFERENCES res_company,
        statement_line_id int REFERENCES account_bank_statement_line,
        move_id int REFERENCES account_move, date date NOT NULL, text varchar,
        partner_id int REFERENCES res_partner,
        currency_id int NOT NULL REFERENCES res_currency, amount numeric,
        state varchar NOT NULL, reason varchar);
    CREATE UNIQUE INDEX ON floor_proposal (statement_line_id);
    CREATE INDEX ON floor_proposal (move_id);
    CREATE INDEX ON floor_proposal (state);
    CREATE TABLE floor_proposal_line (
        id serial PRIMARY KEY,
        proposal_id int NOT NULL REFERENCES floor_proposal ON DELETE CASCADE,
        line_id int REFERENCES account_move_line ON DELETE SET NULL,
        move_id int REFERENCES account_move, number varchar, due_date date,
        currency_id int NOT NULL REFERENCES res_currency, amount numeric);
    CREATE INDEX ON floor_proposal_line (proposal_id);
    CREATE INDEX ON floor_proposal_line (line_id);
    CREATE INDEX ON floor_proposal_line (move_id)
"""
WAITING = """
    SELECT bank.id, bank.move_id, move.company_id, line.currency_id, move.date,
           bank.payment_ref AS text, -line.amount_currency AS amount,
           coalesce(bank.partner_id, account.partner_id) AS partner_id,
           substring(bank.payment_ref FROM '[A-Z]+/[0-9]+/[0-9]+') AS number
      FROM account_bank_statement_line bank
      JOIN account_move move ON move.id = bank.move_id
      JOIN account_journal journal ON journal.id = move.journal_id
      JOIN account_move_line line ON line.move_id = move.id
                                 AND line.account_id = journal.suspense_account_id
 LEFT JOIN res_partner_bank account
        ON account.sanitized_acc_number = bank.account_number
     WHERE bank.is_reconciled IS NOT TRUE AND move.state = 'posted'
"""
# The item that is named, else those of the payer with this amount
MATCHED_ROWS = f"""
    WITH receipt AS MATERIALIZED ({WAITING}), item AS MATERIALIZED (
        SELECT id, move_id, move_name, partner_id, currency_id, date_maturity,
               amount_residual_currency AS amount
          FROM account_move_line
         WHERE account_id IN %(receivables)s
           AND parent_state = 'posted'
           AND reconciled IS NOT TRUE
           AND amount_residual > 0
    ), proposal AS (
        INSERT INTO floor_proposal (
               company_id, statement_line_id, move_id, date, text, partner_id,
               currency_id, amount, state, reason)
        SELECT company_id, id, move_id, date, text, partner_id, currency_id, amount,
               'likely', 'number in the reference'
          FROM receipt
     RETURNING id, statement_line_id
    ), found AS (
        SELECT receipt.id AS receipt_id, item.*
          FROM receipt
          JOIN item ON item.move_name = receipt.number
     UNION ALL
        SELECT receipt.id, item.*
          FROM receipt
          JOIN item ON item.partner_id = receipt.partner_id
                   AND item.currency_id = receipt.currency_id
                   AND item.amount = receipt.amount
         WHERE receipt.number IS NULL
    )
    INSERT INTO floor_proposal_line (
           proposal_id, line_id, move_id, number, due_date, currency_id, amount)
    SELECT proposal.id, found.id, found.move_id, found.move_name, found.date_maturity,
           found.currency_id, found.amount
      FROM found
      JOIN proposal ON proposal.statement_line_id = found.receipt_id
"""


def prepare_matching(cursor: Cursor) -> None:
    """Make the empty tables; their making is no part of the floor."""
    cursor.execute(SESSION)
    cursor.execute(MATCHING_TABLES)


def match(cursor: Cursor, day: date) -> int:
    """Insert a proposal for each payment with the items easily found; return their
    number."""
    return _runner(cursor, day)(MATCHED_ROWS)


# ----------------------------------------------------------------------------------
# Disputes: what a page, its groups and a Pareto show
# ----------------------------------------------------------------------------------

# A page shows names, what is still disputed, and how many there are
DISPUTE_PAGE = """
    SELECT dispute.id, dispute.priority, dispute.name, partner.complete_name,
           reason.code, reason.name, dispute.still_disputed, dispute.state,
           dispute.deadline, dispute.currency_id,
           (SELECT string_agg(number, ', ') FROM ar_dispute_line
             WHERE dispute_id = dispute.id)
      FROM ar_dispute dispute
      JOIN res_partner partner ON partner.id = dispute.partner_id
 LEFT JOIN ar_dispute_reason reason ON reason.id = dispute.reason_id
  ORDER BY dispute.priority DESC, dispute.deadline, dispute.id DESC
     LIMIT %(page)s
"""
DISPUTE_GROUPS = """
    SELECT reason.code, reason.name, count(*), sum(dispute.company_still_disputed)
      FROM ar_dispute dispute
 LEFT JOIN ar_dispute_reason reason ON reason.id = dispute.reason_id
  GROUP BY reason.id
"""
DISPUTE_PARETO = """
    SELECT code, name, number, amount, amount / sum(amount) OVER (),
           sum(amount) OVER (ORDER BY amount DESC) / sum(amount) OVER ()
      FROM (SELECT reason.code, reason.name, count(*) AS number,
                   sum(dispute.company_amount) AS amount
              FROM ar_dispute dispute
         LEFT JOIN ar_dispute_reason reason ON reason.id = dispute.reason_id
             WHERE dispute.state <> 'cancelled' AND dispute.opened_date > %(day)s - 365
          GROUP BY reason.id) grouped
  ORDER BY amount DESC
"""


def dispute_page(cursor: Cursor, page: int) -> int:
    """Fetch a page of the register and count it all; return the number of cases."""
    cursor.execute(DISPUTE_PAGE, {"page": page})
    cursor.fetchall()
    cursor.execute("SELECT count(*) FROM ar_dispute")
    return cursor.fetchone()[0]


def dispute_groups(cursor: Cursor) -> int:
    """Fetch number and amount by reason; return the number of reasons."""
    cursor.execute(DISPUTE_GROUPS)
    return len(cursor.fetchall())


def dispute_pareto(cursor: Cursor, day: date) -> int:
    """Fetch the Pareto of the reasons of a year; return the number of reasons."""
    cursor.execute(DISPUTE_PARETO, {"day": day})
    return len(cursor.fetchall())
