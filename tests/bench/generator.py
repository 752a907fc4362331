"""Fills a database with deterministic, realistic posted receivables, set by set.

Customers and contacts, invoices and credit notes with product, tax and receivable
lines, payments with their entries, matchings, orders. Payers are good, slow, drifting
or defaulting; there are instalments, part payments and payments on account. Every draw
is a hash of (row, salt, seed): the same arguments give the same ledger. What was drawn
stays in the schema ``gen`` (``gen.cust``, ``gen.inv``, ``gen.meta``).

The database is a fresh Odoo with the generic chart of accounts. Foreign keys and
secondary indexes of the filled tables are dropped for the load and made again after it,
which checks every reference too; no superuser is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

Cursor = Any
Params = Mapping[str, Any]

SETTINGS = {
    "synchronous_commit": "off",
    "work_mem": "256MB",
    "maintenance_work_mem": "1GB",
    "jit": "off",
    "max_parallel_maintenance_workers": "2",
}
TABLES = [
    "res_partner",
    "account_move",
    "account_move_line",
    "account_payment",
    "account_partial_reconcile",
    "account_full_reconcile",
    "sale_order",
    "sale_order_line",
    "account_move_line_account_tax_rel",
    "account_move__account_payment",
    "account_tax_sale_order_line_rel",
]
COUNTED = TABLES[:8]  # those with an id


def generate(
    cursor: Cursor,
    customers: int,
    invoices: int,
    as_of: date,
    seed: int = 7,
    history: int = 900,
) -> None:
    """Fill the cursor's database (autocommit) with a ledger as of a day.

    :param history: age in days of the oldest customers
    :raises ValueError: when the database holds invoices already, or the result is
        not consistent
    """
    _prepare_session(cursor)
    params = {"n": customers, "invoices": invoices, "as_of": as_of, "seed": seed}
    params |= {"history": history, **_references(cursor)}
    params |= _product(cursor, params)
    again = _drop_constraints_and_indexes(cursor)
    _draw(cursor, params)
    _write(cursor, params)
    for statement in again:
        cursor.execute(statement)
    for table in [*TABLES, "res_company"]:
        cursor.execute(f"VACUUM ANALYZE {table}")
    cursor.execute(META, params)
    check(cursor, params["receivable"])


def _prepare_session(cursor: Cursor) -> None:
    for name, value in SETTINGS.items():
        cursor.execute(f"SET {name} = '{value}'")
    count = "SELECT COUNT(*) FROM account_move WHERE move_type = 'out_invoice'"
    if _one(cursor, count):
        raise ValueError("this database already has invoices")


def _one(cursor: Cursor, sql: str, params: Params | None = None) -> Any:
    cursor.execute(sql, params)
    return cursor.fetchone()[0]


# ----------------------------------------------------------------------------------
# Records of the fresh database that the ledger refers to
# ----------------------------------------------------------------------------------

REFERENCES = {
    "company": "SELECT id FROM res_company ORDER BY id LIMIT 1",
    "currency": "SELECT currency_id FROM res_company WHERE id = %(company)s",
    "country": "SELECT id FROM res_country WHERE code = 'US'",
    "sales": "SELECT id FROM account_journal WHERE type = 'sale'"
    " AND company_id = %(company)s ORDER BY id LIMIT 1",
    "bank": "SELECT id FROM account_journal WHERE type = 'bank'"
    " AND company_id = %(company)s ORDER BY id LIMIT 1",
    "bank_account": "SELECT default_account_id FROM account_journal"
    " WHERE id = %(bank)s",
    "method_line": "SELECT line.id FROM account_payment_method_line line"
    " JOIN account_payment_method method ON method.id = line.payment_method_id"
    " WHERE line.journal_id = %(bank)s AND method.payment_type = 'inbound'"
    " ORDER BY line.id LIMIT 1",
    "method": "SELECT payment_method_id FROM account_payment_method_line"
    " WHERE id = %(method_line)s",
    "receivable": "SELECT id FROM account_account WHERE name->>'en_US' ="
    " 'Account Receivable' AND account_type = 'asset_receivable'",
    "income": "SELECT id FROM account_account WHERE account_type = 'income'"
    " ORDER BY id LIMIT 1",
    "tax_account": "SELECT id FROM account_account WHERE name->>'en_US' ="
    " 'Tax Received'",
    "tax": "SELECT id FROM account_tax WHERE type_tax_use = 'sale' AND amount = 15"
    " LIMIT 1",
    "tax_group": "SELECT tax_group_id FROM account_tax WHERE id = %(tax)s",
    "no_tax": "SELECT id FROM account_tax WHERE type_tax_use = 'sale' AND amount = 0"
    " LIMIT 1",
    "tax_invoice": "SELECT id FROM account_tax_repartition_line WHERE tax_id = %(tax)s"
    " AND document_type = 'invoice' AND repartition_type = 'tax'",
    "tax_refund": "SELECT id FROM account_tax_repartition_line WHERE tax_id = %(tax)s"
    " AND document_type = 'refund' AND repartition_type = 'tax'",
    "position": "SELECT (SELECT id FROM account_fiscal_position"
    " WHERE company_id = %(company)s ORDER BY sequence, id LIMIT 1)",
    "uom": "SELECT MIN(id) FROM uom_uom",
    "team": "SELECT MIN(id) FROM crm_team",
    "warehouse": "SELECT MIN(id) FROM stock_warehouse WHERE company_id = %(company)s",
    "term_0": "SELECT id FROM account_payment_term"
    " WHERE name->>'en_US' = 'Immediate Payment'",
    "term_15": "SELECT id FROM account_payment_term WHERE name->>'en_US' = '15 Days'",
    "term_30": "SELECT id FROM account_payment_term WHERE name->>'en_US' = '30 Days'",
    "term_45": "SELECT id FROM account_payment_term WHERE name->>'en_US' = '45 Days'",
    "partner_0": "SELECT MAX(id) FROM res_partner",
    "move_0": "SELECT COALESCE(MAX(id), 0) FROM account_move",
    "line_0": "SELECT COALESCE(MAX(id), 0) FROM account_move_line",
    "payment_0": "SELECT COALESCE(MAX(id), 0) FROM account_payment",
    "partial_0": "SELECT COALESCE(MAX(id), 0) FROM account_partial_reconcile",
    "full_0": "SELECT COALESCE(MAX(id), 0) FROM account_full_reconcile",
    "order_0": "SELECT COALESCE(MAX(id), 0) FROM sale_order",
    "order_line_0": "SELECT COALESCE(MAX(id), 0) FROM sale_order_line",
}


def _references(cursor: Cursor) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for name, sql in REFERENCES.items():
        found[name] = _one(cursor, sql, found)
    cursor.execute(
        "UPDATE account_payment_method_line SET payment_account_id = %(bank_account)s"
        " WHERE id = %(method_line)s;"
        "UPDATE res_company SET account_use_credit_limit = TRUE WHERE id = %(company)s",
        found,
    )
    return found


def _product(cursor: Cursor, params: Params) -> dict[str, int]:
    template = _one(cursor, TEMPLATE, params)
    product = _one(cursor, PRODUCT, {"template": template})
    cursor.execute(
        "INSERT INTO product_taxes_rel (prod_id, tax_id) VALUES (%s, %s)"
        " ON CONFLICT DO NOTHING",
        (template, params["tax"]),
    )
    return {"product": product}


TEMPLATE = """
    INSERT INTO product_template (
           name, type, service_tracking, list_price, sale_ok, purchase_ok, active,
           uom_id, sequence, create_uid, write_uid, create_date, write_date,
           invoice_policy, expense_policy, service_type, is_storable, tracking, volume,
           weight, sale_delay, has_configurable_attributes, can_image_1024_be_zoomed,
           lot_valuated)
    VALUES (jsonb_build_object('en_US', 'Perf service'), 'service', 'no', 100, TRUE,
            TRUE, TRUE, %(uom)s, 1, 2, 2, now(), now(), 'order', 'no', 'manual', FALSE,
            'none', 0, 0, 0, FALSE, FALSE, FALSE)
 RETURNING id
"""
PRODUCT = """
    INSERT INTO product_product (
           product_tmpl_id, active, combination_indices, create_uid, write_uid,
           create_date, write_date, can_image_variant_1024_be_zoomed, is_favorite)
    VALUES (%(template)s, TRUE, '', 2, 2, now(), now(), FALSE, FALSE)
 RETURNING id
"""


def _drop_constraints_and_indexes(cursor: Cursor) -> list[str]:
    """Drop what slows a load down; return the statements that make it again."""
    cursor.execute(SECONDARY_INDEXES, {"tables": TABLES})
    indexes = cursor.fetchall()
    cursor.execute(FOREIGN_KEYS, {"tables": TABLES})
    keys = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for table, name, _definition in keys:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    made = [definition for _name, definition in indexes]
    return made + [
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"
        for table, name, definition in keys
    ]


SECONDARY_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
      FROM pg_index
     WHERE indrelid = ANY(%(tables)s::regclass[])
       AND NOT indisprimary
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
  ORDER BY indexrelid
"""
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
      FROM pg_constraint
     WHERE conrelid = ANY(%(tables)s::regclass[])
       AND contype = 'f'
  ORDER BY conrelid, conname
"""


# ----------------------------------------------------------------------------------
# Drawing: who buys, what is invoiced, when it is paid
# ----------------------------------------------------------------------------------


def _draw(cursor: Cursor, params: Params) -> None:
    cursor.execute(CHANCE, params)
    for statement in (CUSTOMERS, INVOICES, PAYMENTS, DOCUMENTS, NUMBERED, MATCHINGS):
        cursor.execute(statement, params)


CHANCE = """
    DROP SCHEMA IF EXISTS gen CASCADE;
    CREATE SCHEMA gen;
    -- a uniform draw of (key, salt) in [0, 1)
    CREATE FUNCTION gen.u(k bigint, s int) RETURNS double precision
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT ((hashint8extended(k, (s::bigint << 20) + %(seed)s) >> 11)
                & 4503599627370495)::double precision / 4503599627370496.0 $$;
    -- a normal draw
    CREATE FUNCTION gen.z(k bigint, s int) RETURNS double precision
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT sqrt(-2 * ln(gen.u(k, s) + 1e-9))
               * cos(6.283185307179586 * gen.u(k, s + 1)) $$;
    -- a document's name: prefix, year, number in the year
    CREATE FUNCTION gen.nm(prefix text, d date, num bigint) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT prefix || '/' || extract(year FROM d) || '/'
               || lpad(num::text, greatest(5, length(num::text)), '0') $$
"""

# Invoices per customer are exponential; `break_ago` is when a defaulter stopped paying.
CUSTOMERS = """
    CREATE TABLE gen.cust AS
    WITH draw AS (
        SELECT i, gen.u(i, 1) AS ub, gen.u(i, 2) AS un, gen.u(i, 3) AS ut,
               gen.u(i, 4) AS ux, gen.u(i, 5) AS ua, gen.u(i, 6) AS uc,
               gen.u(i, 7) AS ur, gen.u(i, 8) AS ul, gen.z(i, 9) AS zs,
               gen.u(i, 11) AS ubk, gen.u(i, 12) AS um
          FROM generate_series(1, %(n)s) i
    )
    SELECT i, %(partner_0)s + i AS pid,
           CASE WHEN uc < 0.25 THEN %(partner_0)s + %(n)s
                + (row_number() OVER (PARTITION BY uc < 0.25 ORDER BY i))::int
           END AS cid,
           CASE WHEN ub < 0.60 THEN 'good' WHEN ub < 0.82 THEN 'slow'
                WHEN ub < 0.92 THEN 'drifting' ELSE 'defaulter' END AS behav,
           least(8.0, -ln(1 - un)) AS w,
           CASE WHEN ut < 0.05 THEN 0 WHEN ut < 0.20 THEN 15
                WHEN ut < 0.85 THEN 30 ELSE 45 END AS term,
           CASE WHEN ut < 0.05 THEN %(term_0)s WHEN ut < 0.20 THEN %(term_15)s
                WHEN ut < 0.85 THEN %(term_30)s ELSE %(term_45)s END AS term_id,
           ux < 0.70 AS taxed,
           60 + floor(ua * (%(history)s - 60))::int AS age,
           CASE WHEN ur < 0.5 THEN 1 WHEN ur < 0.8 THEN 7 ELSE 14 END AS run_len,
           exp(0.6 * zs) AS sizef,
           60 + floor(ubk * 300)::int AS break_ago,
           CASE WHEN ul < 0.7
                THEN (round((2000 * exp(0.9 * zs))::numeric / 500) * 500 + 500)::int
           END AS credit_limit,
           um < 0.94 AS has_mail,
           0 AS n_inv
      FROM draw;
    UPDATE gen.cust
       SET n_inv = counted.n
      FROM (SELECT i, (floor(%(invoices)s * cw / tw)
                       - floor(%(invoices)s * (cw - w) / tw))::int AS n
              FROM (SELECT i, w, sum(w) OVER (ORDER BY i) AS cw, sum(w) OVER () AS tw
                      FROM gen.cust) weighed) counted
     WHERE counted.i = cust.i;
    ALTER TABLE gen.cust ADD PRIMARY KEY (i);
    ANALYZE gen.cust
"""

INVOICES = """
    CREATE TABLE gen.inv1 AS
    WITH a AS (
        SELECT *, %(as_of)s::date - floor(gen.u(k, 21) * age)::int AS inv_date,
               round((320 * sizef * exp(0.8 * gen.z(k, 22)))::numeric, 2) + 1 AS untaxed
          FROM (SELECT row_number() OVER (ORDER BY i, j) AS k, cust.*
                  FROM gen.cust, LATERAL generate_series(1, n_inv) j) inv0
    ), b AS (
        SELECT *, inv_date + term AS due,
               CASE WHEN taxed THEN round(untaxed * 0.15, 2) ELSE 0.00 END AS tax,
               CASE behav WHEN 'good' THEN -3 + 4 * gen.z(k, 24)
                    WHEN 'slow' THEN 15 + 9 * gen.z(k, 24)
                    WHEN 'drifting' THEN -2 + 5 * gen.z(k, 24) + 48 * power(greatest(
                        0, 1 - (%(as_of)s::date - inv_date)::float8 / age), 1.5)
                    ELSE 20 + 12 * gen.z(k, 24) END
               + CASE WHEN gen.u(k, 26) < 0.007 THEN 60 ELSE 0 END AS delay
          FROM a
    ), c AS (
        SELECT *, untaxed + tax AS total, gen.u(k, 27) < 0.010 AS forgotten,
               gen.u(k, 28) < 0.015 AS reversed,
               behav <> 'good' AND gen.u(k, 29) < 0.05 AS instalments,
               gen.u(k, 30) < 0.02 AS disputed,
               greatest(inv_date, due + round(delay)::int) AS want_date
          FROM b
    ), e AS (
        SELECT *, CASE WHEN run_len = 1 THEN want_date
                  ELSE date '2000-01-01' + (ceil((want_date - date '2000-01-01')
                       / run_len::numeric) * run_len)::int END AS pay
          FROM c
    ), f AS (
        SELECT *, reversed OR forgotten OR pay > %(as_of)s
                  OR (behav = 'defaulter' AND pay > %(as_of)s::date - break_ago)
                  AS unpaid_1,
               reversed OR forgotten OR NOT instalments OR pay + 30 > %(as_of)s
                  OR (behav = 'defaulter' AND pay + 30 > %(as_of)s::date - break_ago)
                  AS unpaid_2
          FROM e
    )
    SELECT k, i, pid, cid, behav, term_id, taxed, inv_date, due, untaxed, tax, total,
           disputed, reversed,
           CASE WHEN cid IS NOT NULL AND gen.u(k, 31) < 0.5 THEN cid ELSE pid END
               AS partner_id,
           instalments AND NOT reversed AS inst,
           CASE WHEN reversed THEN least(
               inv_date + 5 + floor(gen.u(k, 32) * 20)::int, %(as_of)s) END AS rev_date,
           CASE WHEN NOT unpaid_1 THEN pay END AS pay1,
           CASE WHEN NOT unpaid_2 THEN pay + 30 END AS pay2
      FROM f
"""

# One payment for what a customer pays on a day, one for each instalment, and for two
# customers in a hundred one on account.
PAYMENTS = """
    CREATE TABLE gen.pay AS
    SELECT row_number() OVER (ORDER BY pdate, i, coalesce(k, 0), part) AS pn, *
      FROM (SELECT i, pid, pay1 AS pdate, NULL::bigint AS k, 0 AS part,
                   sum(total) AS amount, count(*)::int AS n, min(k) AS k1
              FROM gen.inv1 WHERE pay1 IS NOT NULL AND NOT inst GROUP BY i, pid, pay1
         UNION ALL
            SELECT i, pid, pay1, k, 1, round(total * 0.5, 2), 1, k
              FROM gen.inv1 WHERE inst AND pay1 IS NOT NULL
         UNION ALL
            SELECT i, pid, pay2, k, 2, total - round(total * 0.5, 2), 1, k
              FROM gen.inv1 WHERE inst AND pay2 IS NOT NULL
         UNION ALL
            SELECT i, pid, %(as_of)s::date - 3 - floor(gen.u(i, 41) * 40)::int, NULL, 3,
                   round((50 + gen.u(i, 42) * 400)::numeric, 2), 0, NULL
              FROM gen.cust WHERE gen.u(i, 40) < 0.02
           ) payment
"""

# Documents share one space of ids in the order of time; an invoice or credit note takes
# three line ids, a payment two.
DOCUMENTS = """
    CREATE TABLE gen.docl AS
    SELECT d, kind, ref, %(move_0)s + rn AS move_id,
           %(line_0)s + sum(width) OVER (ORDER BY rn) - width AS l0,
           row_number() OVER (
               PARTITION BY kind, extract(year FROM d) ORDER BY rn) AS num
      FROM (SELECT row_number() OVER (ORDER BY d, kind, ref) AS rn, d, kind, ref,
                   CASE WHEN kind = 3 THEN 2 ELSE 3 END AS width
              FROM (SELECT inv_date AS d, 1 AS kind, k AS ref FROM gen.inv1
                 UNION ALL
                    SELECT rev_date, 2, k FROM gen.inv1 WHERE reversed
                 UNION ALL
                    SELECT pdate, 3, pn FROM gen.pay) drawn) doc;
    CREATE INDEX ON gen.docl (kind, ref);
    ANALYZE gen.docl
"""

NUMBERED = """
    CREATE TABLE gen.inv AS
    SELECT v.*, x.move_id, x.l0 + 1 AS l_prod, x.l0 + 2 AS l_tax, x.l0 + 3 AS l_rec,
           x.num, gen.nm('INV', x.d, x.num) AS name,
           r.move_id AS r_move, r.l0 + 1 AS r_prod, r.l0 + 2 AS r_tax,
           r.l0 + 3 AS r_rec, r.num AS r_num,
           CASE WHEN r.move_id IS NOT NULL
                THEN gen.nm('RINV', r.d, r.num) END AS r_name,
           CASE WHEN v.reversed OR (NOT v.inst AND v.pay1 IS NOT NULL)
                     OR (v.inst AND v.pay2 IS NOT NULL) THEN 0
                WHEN v.inst AND v.pay1 IS NOT NULL
                THEN v.total - round(v.total * 0.5, 2)
                ELSE v.total END AS residual
      FROM gen.inv1 v
      JOIN gen.docl x ON x.kind = 1 AND x.ref = v.k
 LEFT JOIN gen.docl r ON r.kind = 2 AND r.ref = v.k;
    CREATE TABLE gen.payx AS
    SELECT p.*, x.move_id, x.l0 + 1 AS l_liq, x.l0 + 2 AS l_rec, x.num,
           gen.nm('PBNK1', x.d, x.num) AS name, %(payment_0)s + p.pn AS payment_id
      FROM gen.pay p
      JOIN gen.docl x ON x.kind = 3 AND x.ref = p.pn;
    DROP TABLE gen.inv1, gen.pay, gen.docl;
    CREATE INDEX ON gen.inv (k);
    CREATE INDEX ON gen.inv (inv_date);
    CREATE INDEX ON gen.inv (rev_date) WHERE reversed;
    CREATE INDEX ON gen.payx (i, pdate);
    CREATE INDEX ON gen.payx (pdate);
    ANALYZE gen.inv;
    ANALYZE gen.payx
"""

MATCHINGS = """
    CREATE TABLE gen.rec AS
    SELECT *, %(partial_0)s + row_number() OVER (ORDER BY max_date, dl, cl) AS id,
           CASE WHEN is_full THEN %(full_0)s
                + dense_rank() OVER (PARTITION BY is_full ORDER BY grp) END AS full_id
      FROM (SELECT v.k, v.l_rec AS dl, p.l_rec AS cl, v.total AS amount,
                   greatest(p.pdate, v.inv_date) AS max_date, 'p' || p.pn AS grp,
                   TRUE AS is_full, p.pn, v.move_id
              FROM gen.inv v
              JOIN gen.payx p ON p.i = v.i AND p.pdate = v.pay1 AND p.part = 0
             WHERE NOT v.inst AND v.pay1 IS NOT NULL
         UNION ALL
            SELECT v.k, v.l_rec, p.l_rec, p.amount, greatest(p.pdate, v.inv_date),
                   'v' || v.k, v.pay2 IS NOT NULL, p.pn, v.move_id
              FROM gen.inv v
              JOIN gen.payx p ON p.k = v.k
             WHERE v.inst
         UNION ALL
            SELECT k, l_rec, r_rec, total, rev_date, 'r' || k, TRUE, NULL, move_id
              FROM gen.inv WHERE reversed) matching;
    ANALYZE gen.rec;
    CREATE TABLE gen.lm AS
    SELECT l, max(full_id) AS full_id, min(id) AS partial_id
      FROM (SELECT dl AS l, full_id, id FROM gen.rec
         UNION ALL
            SELECT cl, full_id, id FROM gen.rec) side
  GROUP BY l;
    CREATE UNIQUE INDEX ON gen.lm (l);
    ANALYZE gen.lm
"""


# ----------------------------------------------------------------------------------
# Writing
# ----------------------------------------------------------------------------------


def _write(cursor: Cursor, params: Params) -> None:
    """Write what was drawn; entries month by month, so that kinds mix on disk."""
    for statement in (PARTNERS, CONTACTS):
        cursor.execute(statement, params)
    cursor.execute(MONTHS, params)
    days = [row[0] for row in cursor.fetchall()]
    for start, stop in zip(days, days[1:], strict=False):
        month = {**params, "start": start, "stop": stop}
        cursor.execute(MOVES, month)
        cursor.execute(LINES, month)
    for statement in (MATCHED, ORDERS):
        cursor.execute(statement, params)
    _set_sequences(cursor)


def _set_sequences(cursor: Cursor) -> None:
    """Let Odoo go on numbering after the last row."""
    for table in COUNTED:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id))"
            f" FROM {table}"
        )
    cursor.execute(
        "UPDATE ir_sequence SET number_next = (SELECT COUNT(*) + 1 FROM sale_order)"
        " WHERE code = 'sale.order'"
        " RETURNING 'ir_sequence_' || lpad(id::text, 3, '0')"
    )
    for (name,) in cursor.fetchall():
        if _one(cursor, "SELECT to_regclass(%s)", (name,)):
            cursor.execute(f"SELECT setval('{name}', MAX(id) + 1) FROM sale_order")


MONTHS = """
    SELECT generate_series(date_trunc('month', MIN(inv_date)),
                           %(as_of)s::date + interval '1 month',
                           interval '1 month')::date
      FROM gen.inv
"""

PARTNERS = """
    INSERT INTO res_partner (
           id, name, complete_name, commercial_partner_id, commercial_company_name,
           is_company, type, active, email, email_normalized, phone, lang, tz,
           country_id, street, city, zip, ref, color, partner_share, message_bounce,
           supplier_rank, customer_rank, autopost_bills, credit_limit,
           property_payment_term_id, create_uid, write_uid, create_date, write_date)
    SELECT pid, nm, nm, pid, nm, TRUE, 'contact', TRUE, mail, mail,
           '+1202555' || lpad(mod(i, 10000)::text, 4, '0'), 'en_US', 'UTC', %(country)s,
           1 + mod(i, 900) || ' Main Street', 'Springfield',
           lpad(mod(i, 99999)::text, 5, '0'), 'C' || lpad(i::text, 6, '0'), 0, TRUE, 0,
           0, n_inv, 'ask',
           CASE WHEN credit_limit IS NOT NULL
                THEN jsonb_build_object(%(company)s::text, credit_limit) END,
           jsonb_build_object(%(company)s::text, term_id), 2, 2, now(), now()
      FROM (SELECT *, CASE WHEN has_mail THEN 'ap@cust' || i || '.example.com' END
                          AS mail,
                   (array['Acme', 'Baker', 'Cobalt', 'Delta', 'Evergreen', 'Fulton',
                          'Granite', 'Harbor', 'Ironwood', 'Juniper'])[1 + mod(i, 10)]
                   || ' ' ||
                   (array['Supply', 'Foods', 'Works', 'Trading', 'Logistics', 'Medical',
                          'Builders'])[1 + mod(i, 7)]
                   || ' ' || lpad(i::text, 6, '0') AS nm
              FROM gen.cust) named
"""

CONTACTS = """
    INSERT INTO res_partner (
           id, parent_id, name, complete_name, commercial_partner_id,
           commercial_company_name, is_company, type, active, email, email_normalized,
           lang, tz, color, partner_share, message_bounce, supplier_rank, customer_rank,
           autopost_bills, credit_limit, property_payment_term_id, create_uid,
           write_uid, create_date, write_date)
    SELECT c.cid, c.pid, 'Contact ' || c.i, p.name || ', Contact ' || c.i, c.pid,
           p.name, FALSE, 'contact', TRUE, 'k@cust' || c.i || '.example.com',
           'k@cust' || c.i || '.example.com', 'en_US', 'UTC', 0, TRUE, 0, 0, 0, 'ask',
           p.credit_limit, p.property_payment_term_id, 2, 2, now(), now()
      FROM gen.cust c
      JOIN res_partner p ON p.id = c.pid
     WHERE c.cid IS NOT NULL
"""

MOVES = """
    INSERT INTO account_move (
           id, sequence_number, sequence_prefix, journal_id, company_id,
           invoice_payment_term_id, partner_id, commercial_partner_id,
           partner_shipping_id, fiscal_position_id, currency_id, invoice_user_id,
           create_uid, write_uid, name, ref, state, move_type, auto_post,
           payment_reference, payment_state, invoice_partner_display_name, date,
           invoice_date, invoice_date_due, invoice_currency_rate, amount_untaxed,
           amount_tax, amount_total, amount_residual, amount_untaxed_signed,
           amount_untaxed_in_currency_signed, amount_tax_signed, amount_total_signed,
           amount_total_in_currency_signed, amount_residual_signed,
           always_tax_exigible, checked, posted_before, made_sequence_gap,
           is_manually_modified, create_date, write_date, team_id, origin_payment_id,
           reversed_entry_id)
    SELECT v.move_id, v.num, 'INV/' || extract(year FROM v.inv_date) || '/', %(sales)s,
           %(company)s, v.term_id, v.partner_id, v.pid, v.partner_id,
           CASE WHEN v.partner_id = v.pid THEN %(position)s::int END, %(currency)s, 2,
           2, 2, v.name, NULL, 'posted', 'out_invoice', 'no', v.name,
           CASE WHEN v.reversed THEN 'reversed' WHEN v.residual = 0 THEN 'paid'
                WHEN v.residual < v.total THEN 'partial' ELSE 'not_paid' END,
           c.complete_name, v.inv_date, v.inv_date, v.due, 1.0, v.untaxed, v.tax,
           v.total, v.residual, v.untaxed, v.untaxed, v.tax, v.total, v.total,
           v.residual, FALSE, TRUE, TRUE, FALSE, FALSE, v.inv_date, v.inv_date,
           %(team)s, NULL::int, NULL::int
      FROM gen.inv v
      JOIN res_partner c ON c.id = v.partner_id
     WHERE v.inv_date >= %(start)s AND v.inv_date < %(stop)s
 UNION ALL
    SELECT v.r_move, v.r_num, 'RINV/' || extract(year FROM v.rev_date) || '/',
           %(sales)s, %(company)s, NULL, v.partner_id, v.pid, v.partner_id,
           CASE WHEN v.partner_id = v.pid THEN %(position)s::int END, %(currency)s, 2,
           2, 2, v.r_name, 'Reversal of: ' || v.name, 'posted', 'out_refund', 'no',
           NULL, 'paid', c.complete_name, v.rev_date, v.rev_date, v.rev_date, 1.0,
           v.untaxed, v.tax, v.total, 0, -v.untaxed, -v.untaxed, -v.tax, -v.total,
           -v.total, 0, FALSE, TRUE, TRUE, FALSE, FALSE, v.rev_date, v.rev_date,
           %(team)s, NULL, v.move_id
      FROM gen.inv v
      JOIN res_partner c ON c.id = v.partner_id
     WHERE v.reversed AND v.rev_date >= %(start)s AND v.rev_date < %(stop)s
 UNION ALL
    SELECT p.move_id, p.num, 'PBNK1/' || extract(year FROM p.pdate) || '/', %(bank)s,
           %(company)s, NULL, p.pid, p.pid, NULL, %(position)s::int, %(currency)s,
           NULL, 2, 2, p.name, coalesce(i1.name, 'On account'), 'posted', 'entry',
           'no', NULL, 'not_paid', c.complete_name, p.pdate, NULL, p.pdate, 0.0, 0, 0,
           p.amount, 0, 0, 0, 0, p.amount, p.amount, 0, TRUE, TRUE, TRUE, FALSE, FALSE,
           p.pdate, p.pdate, NULL, p.payment_id, NULL
      FROM gen.payx p
      JOIN res_partner c ON c.id = p.pid
 LEFT JOIN gen.inv i1 ON i1.k = p.k1
     WHERE p.pdate >= %(start)s AND p.pdate < %(stop)s
  ORDER BY 1
"""

LINE_COLUMNS = """
    INSERT INTO account_move_line (
           id, move_id, journal_id, company_id, company_currency_id, sequence,
           account_id, currency_id, partner_id, payment_id, tax_line_id, tax_group_id,
           tax_repartition_line_id, full_reconcile_id, product_id, product_uom_id,
           create_uid, write_uid, move_name, parent_state, ref, name, matching_number,
           display_type, date, invoice_date, date_maturity, debit, credit, balance,
           amount_currency, tax_base_amount, amount_residual, amount_residual_currency,
           quantity, price_unit, price_subtotal, price_total, discount,
           discount_amount_currency, discount_balance, is_storno, reconciled,
           no_followup, deductible_amount, create_date, write_date)
"""
# debit, credit, balance, amount_currency of a signed amount
BALANCE = "greatest({0}, 0), greatest(-({0}), 0), {0}, {0}"
INVOICED = "v.inv_date >= %(start)s AND v.inv_date < %(stop)s"
REVERSED = "v.reversed AND v.rev_date >= %(start)s AND v.rev_date < %(stop)s"
PAID = "p.pdate >= %(start)s AND p.pdate < %(stop)s"

INVOICE_LINES = f"""
    SELECT v.l_prod, v.move_id, %(sales)s, %(company)s, %(currency)s, 100, %(income)s,
           %(currency)s, v.pid, NULL::int, NULL::int, NULL::int, NULL::int, NULL::int,
           %(product)s, %(uom)s, 2, 2, v.name, 'posted', NULL, 'Perf service', NULL,
           'product', v.inv_date, v.inv_date, NULL::date,
           {BALANCE.format("-v.untaxed")}, NULL::numeric, 0, 0, 1, v.untaxed, v.untaxed,
           v.total, 0, NULL::numeric, NULL::numeric, FALSE, FALSE, FALSE, 100,
           v.inv_date, v.inv_date
      FROM gen.inv v WHERE {INVOICED}
 UNION ALL
    SELECT v.l_tax, v.move_id, %(sales)s, %(company)s, %(currency)s, 10000,
           %(tax_account)s, %(currency)s, v.pid, NULL, %(tax)s, %(tax_group)s,
           %(tax_invoice)s, NULL, NULL, NULL, 2, 2, v.name, 'posted', NULL, '15%%',
           NULL, 'tax', v.inv_date, v.inv_date, NULL, {BALANCE.format("-v.tax")},
           -v.untaxed, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, FALSE, FALSE, FALSE, 100,
           v.inv_date, v.inv_date
      FROM gen.inv v WHERE v.tax <> 0 AND {INVOICED}
 UNION ALL
    SELECT v.l_rec, v.move_id, %(sales)s, %(company)s, %(currency)s, 12000,
           %(receivable)s, %(currency)s, v.pid, NULL, NULL, NULL, NULL, m.full_id, NULL,
           NULL, 2, 2, v.name, 'posted', NULL, v.name,
           coalesce(m.full_id::text, 'P' || m.partial_id), 'payment_term', v.inv_date,
           v.inv_date, v.due, {BALANCE.format("v.total")}, NULL, v.residual, v.residual,
           0, 0, 0, 0, 0, 0, 0, FALSE, v.residual = 0, FALSE, 100, v.inv_date,
           v.inv_date
      FROM gen.inv v LEFT JOIN gen.lm m ON m.l = v.l_rec WHERE {INVOICED}
"""
REFUND_LINES = f"""
    SELECT v.r_prod, v.r_move, %(sales)s, %(company)s, %(currency)s, 100, %(income)s,
           %(currency)s, v.pid, NULL, NULL, NULL, NULL, NULL, %(product)s, %(uom)s, 2,
           2, v.r_name, 'posted', 'Reversal of: ' || v.name, 'Perf service', NULL,
           'product', v.rev_date, v.rev_date, NULL, {BALANCE.format("v.untaxed")}, NULL,
           0, 0, 1, v.untaxed, v.untaxed, v.total, 0, NULL, NULL, FALSE, FALSE, FALSE,
           100, v.rev_date, v.rev_date
      FROM gen.inv v WHERE {REVERSED}
 UNION ALL
    SELECT v.r_tax, v.r_move, %(sales)s, %(company)s, %(currency)s, 10000,
           %(tax_account)s, %(currency)s, v.pid, NULL, %(tax)s, %(tax_group)s,
           %(tax_refund)s, NULL, NULL, NULL, 2, 2, v.r_name, 'posted',
           'Reversal of: ' || v.name, '15%%', NULL, 'tax', v.rev_date, v.rev_date, NULL,
           {BALANCE.format("v.tax")}, v.untaxed, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, FALSE,
           FALSE, FALSE, 100, v.rev_date, v.rev_date
      FROM gen.inv v WHERE v.tax <> 0 AND {REVERSED}
 UNION ALL
    SELECT v.r_rec, v.r_move, %(sales)s, %(company)s, %(currency)s, 12000,
           %(receivable)s, %(currency)s, v.pid, NULL, NULL, NULL, NULL, m.full_id, NULL,
           NULL, 2, 2, v.r_name, 'posted', 'Reversal of: ' || v.name, NULL,
           m.full_id::text, 'payment_term', v.rev_date, v.rev_date, v.rev_date,
           {BALANCE.format("-v.total")}, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, FALSE, TRUE,
           FALSE, 100, v.rev_date, v.rev_date
      FROM gen.inv v JOIN gen.lm m ON m.l = v.r_rec WHERE {REVERSED}
"""
PAYMENT_LINES = f"""
    SELECT p.l_liq, p.move_id, %(bank)s, %(company)s, %(currency)s, 100,
           %(bank_account)s, %(currency)s, p.pid, p.payment_id, NULL, NULL, NULL, NULL,
           NULL, NULL, 2, 2, p.name, 'posted', coalesce(i1.name, 'On account'),
           'Manual Payment: ' || coalesce(i1.name, 'On account'), NULL, 'product',
           p.pdate, NULL, p.pdate, {BALANCE.format("p.amount")}, NULL, p.amount,
           p.amount, 1, 0, p.amount, p.amount, 0, NULL, NULL, FALSE, FALSE, FALSE, 100,
           p.pdate, p.pdate
      FROM gen.payx p LEFT JOIN gen.inv i1 ON i1.k = p.k1 WHERE {PAID}
 UNION ALL
    SELECT p.l_rec, p.move_id, %(bank)s, %(company)s, %(currency)s, 100,
           %(receivable)s, %(currency)s, p.pid, p.payment_id, NULL, NULL, NULL,
           m.full_id, NULL, NULL, 2, 2, p.name, 'posted',
           coalesce(i1.name, 'On account'),
           'Manual Payment: ' || coalesce(i1.name, 'On account'),
           coalesce(m.full_id::text, 'P' || m.partial_id), 'product', p.pdate, NULL,
           p.pdate, {BALANCE.format("-p.amount")}, NULL,
           CASE WHEN p.n = 0 THEN -p.amount ELSE 0 END,
           CASE WHEN p.n = 0 THEN -p.amount ELSE 0 END, 1, 0, -p.amount, -p.amount, 0,
           NULL, NULL, FALSE, p.n > 0, FALSE, 100, p.pdate, p.pdate
      FROM gen.payx p
 LEFT JOIN gen.lm m ON m.l = p.l_rec
 LEFT JOIN gen.inv i1 ON i1.k = p.k1
     WHERE {PAID}
"""
LINES = (
    LINE_COLUMNS
    + " UNION ALL ".join([INVOICE_LINES, REFUND_LINES, PAYMENT_LINES])
    + " ORDER BY 1"
)

MATCHED = """
    INSERT INTO account_payment (
           id, move_id, journal_id, company_id, payment_method_line_id,
           payment_method_id, currency_id, partner_id, outstanding_account_id,
           destination_account_id, create_uid, write_uid, name, state, payment_type,
           partner_type, memo, date, amount, amount_company_currency_signed,
           is_reconciled, is_matched, create_date, write_date)
    SELECT p.payment_id, p.move_id, %(bank)s, %(company)s, %(method_line)s, %(method)s,
           %(currency)s, p.pid, %(bank_account)s, %(receivable)s, 2, 2, p.name, 'paid',
           'inbound', 'customer', coalesce(i1.name, 'On account'), p.pdate, p.amount,
           p.amount, p.n > 0, TRUE, p.pdate, p.pdate
      FROM gen.payx p
 LEFT JOIN gen.inv i1 ON i1.k = p.k1
  ORDER BY p.payment_id;
    INSERT INTO account_full_reconcile (
           id, create_uid, write_uid, create_date, write_date)
    SELECT full_id, 2, 2, max(max_date), max(max_date)
      FROM gen.rec WHERE full_id IS NOT NULL GROUP BY full_id ORDER BY 1;
    INSERT INTO account_partial_reconcile (
           id, debit_move_id, credit_move_id, full_reconcile_id, debit_currency_id,
           credit_currency_id, company_id, create_uid, write_uid, max_date, amount,
           debit_amount_currency, credit_amount_currency, create_date, write_date)
    SELECT id, dl, cl, full_id, %(currency)s, %(currency)s, %(company)s, 2, 2, max_date,
           amount, amount, amount, max_date, max_date
      FROM gen.rec ORDER BY id;
    INSERT INTO account_move_line_account_tax_rel (
           account_move_line_id, account_tax_id)
    SELECT l_prod, CASE WHEN taxed THEN %(tax)s ELSE %(no_tax)s END FROM gen.inv
 UNION ALL
    SELECT r_prod, CASE WHEN taxed THEN %(tax)s ELSE %(no_tax)s END FROM gen.inv
     WHERE reversed;
    INSERT INTO account_move__account_payment (invoice_id, payment_id)
    SELECT DISTINCT rec.move_id, payx.payment_id
      FROM gen.rec JOIN gen.payx ON payx.pn = rec.pn
"""

# One confirmed order per customer on average, one quotation for four customers.
ORDERS = """
    CREATE TABLE gen.so AS
    SELECT s, 1 + floor(gen.u(s, 51) * %(n)s)::int AS i, s <= %(n)s AS confirmed,
           %(as_of)s::date - floor(gen.u(s, 52) * 30)::int AS d,
           round((300 * exp(0.9 * gen.z(s, 53)))::numeric, 2) + 1 AS amt
      FROM generate_series(1, %(n)s + %(n)s / 4) s;
    INSERT INTO sale_order (
           id, company_id, partner_id, partner_invoice_id, partner_shipping_id,
           fiscal_position_id, payment_term_id, currency_id, user_id, team_id,
           create_uid, write_uid, name, state, invoice_status, validity_date,
           currency_rate, amount_untaxed, amount_tax, amount_total, locked,
           require_signature, require_payment, date_order, prepayment_percent,
           warehouse_id, picking_policy, create_date, write_date)
    SELECT %(order_0)s + s, %(company)s, c.pid, c.pid, c.pid, %(position)s::int,
           c.term_id, %(currency)s, 2, %(team)s, 2, 2,
           'S' || lpad((%(order_0)s + s)::text,
                       greatest(5, length((%(order_0)s + s)::text)), '0'),
           CASE WHEN confirmed THEN 'sale' ELSE 'draft' END,
           CASE WHEN confirmed THEN 'to invoice' ELSE 'no' END, d + 30, 1.0, amt,
           round(amt * 0.15, 2), amt + round(amt * 0.15, 2), FALSE, TRUE, FALSE, d, 1.0,
           %(warehouse)s, 'direct', d, d
      FROM gen.so s JOIN gen.cust c ON c.i = s.i;
    INSERT INTO sale_order_line (
           id, order_id, sequence, company_id, currency_id, order_partner_id,
           salesman_id, product_id, product_uom_id, create_uid, write_uid, state,
           qty_delivered_method, invoice_status, name, product_uom_qty, price_unit,
           discount, price_subtotal, price_total, price_reduce_taxexcl,
           price_reduce_taxinc, qty_delivered, qty_invoiced, qty_to_invoice,
           untaxed_amount_invoiced, untaxed_amount_to_invoice, collapse_prices,
           collapse_composition, technical_price_unit, price_tax, customer_lead,
           is_optional, warehouse_id, create_date, write_date)
    SELECT %(order_line_0)s + s, %(order_0)s + s, 10, %(company)s, %(currency)s, c.pid,
           2, %(product)s, %(uom)s, 2, 2,
           CASE WHEN confirmed THEN 'sale' ELSE 'draft' END, 'manual',
           CASE WHEN confirmed THEN 'to invoice' ELSE 'no' END, 'Perf service', 1, amt,
           0, amt, amt + round(amt * 0.15, 2), amt, amt + round(amt * 0.15, 2), 0, 0,
           confirmed::int, 0, CASE WHEN confirmed THEN amt ELSE 0 END, FALSE, FALSE,
           amt, round(amt * 0.15, 2), 0, FALSE, %(warehouse)s, d, d
      FROM gen.so s JOIN gen.cust c ON c.i = s.i;
    INSERT INTO account_tax_sale_order_line_rel (sale_order_line_id, account_tax_id)
    SELECT %(order_line_0)s + s, %(tax)s FROM gen.so
"""

META = """
    CREATE TABLE gen.meta AS
    SELECT %(as_of)s::date AS asof, %(seed)s AS seed, %(n)s AS customers,
           %(invoices)s AS invoices
"""


# ----------------------------------------------------------------------------------
# Self-checks
# ----------------------------------------------------------------------------------

CHECKS = {
    "entries out of balance": "SELECT COUNT(*) FROM (SELECT move_id FROM"
    " account_move_line GROUP BY 1 HAVING SUM(balance) <> 0) x",
    "residuals that differ from the matchings": "SELECT COUNT(*) FROM account_move_line"
    " l LEFT JOIN (SELECT l, SUM(a) AS a FROM (SELECT debit_move_id AS l, amount AS a"
    " FROM account_partial_reconcile UNION ALL SELECT credit_move_id, -amount FROM"
    " account_partial_reconcile) side GROUP BY 1) x ON x.l = l.id"
    " WHERE l.account_id = %(receivable)s"
    " AND l.amount_residual <> l.balance - COALESCE(x.a, 0)",
    "invoices whose residual is not their lines'": "SELECT COUNT(*) FROM account_move m"
    " JOIN account_move_line l ON l.move_id = m.id AND l.account_id = %(receivable)s"
    " WHERE m.move_type = 'out_invoice' AND m.amount_residual <> l.amount_residual",
    "full matchings that are not zero": "SELECT COUNT(*) FROM (SELECT full_reconcile_id"
    " FROM account_move_line WHERE full_reconcile_id IS NOT NULL GROUP BY 1"
    " HAVING SUM(balance) <> 0) x",
    "names used twice": "SELECT COUNT(*) FROM (SELECT name, journal_id FROM"
    " account_move WHERE state = 'posted' GROUP BY 1, 2 HAVING COUNT(*) > 1) x",
}


def check(cursor: Cursor, receivable: int) -> None:
    """Raise when the ledger is not one that Odoo could have made."""
    for what, sql in CHECKS.items():
        count = _one(cursor, sql, {"receivable": receivable})
        if count:
            raise ValueError(f"the generated ledger has {count} {what}")
