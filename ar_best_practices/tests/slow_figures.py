"""The same figures, computed slowly from Odoo's own records, one item at a time.

Nothing here shares code with the SQL of the product except the pure formulas: tests
compare both, item by item.
"""

from dateutil.relativedelta import relativedelta

from ..tools import kpi
from ..tools.payment_index import payment_index

CASH = ("bank", "cash", "credit")


def receivable_lines(account):
    """Return the posted receivable lines of an account's customer and company."""
    env = account.env
    companies = env["res.company"].search([("id", "child_of", account.company_id.id)])
    return (
        env["account.move.line"]
        .sudo()
        .with_context(active_test=False)
        .search(
            [
                ("partner_id.commercial_partner_id", "=", account.partner_id.id),
                ("company_id", "in", companies.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
    )


def residual(line, day):
    """Return what was left of a line on a day, in company currency."""
    matched = [(p.max_date, p.amount) for p in line.matched_credit_ids]
    matched += [(p.max_date, -p.amount) for p in line.matched_debit_ids]
    left = kpi.residual_as_of(line.balance, matched, day)
    return line.company_currency_id.round(float(left))


def open_items(account, day):
    """Return {line: residual} of the items and credits open on a day."""
    lines = receivable_lines(account).filtered(
        lambda line: (line.invoice_date or line.date) <= day
    )
    left = {line: residual(line, day) for line in lines}
    return {line: amount for line, amount in left.items() if amount}


def live_figures(account, day):
    """Return the live amounts of an account on a day."""
    items = open_items(account, day)
    pairs = [
        (amount, (day - (line.date_maturity or line.date)).days)
        for line, amount in items.items()
    ]
    debts = [(amount, late) for amount, late in pairs if amount > 0]
    buckets = kpi.aging_buckets(debts)
    late = [(amount, days) for amount, days in debts if days > 0]
    return {
        "open_amount": sum(amount for amount, _late in debts),
        "overdue_amount": sum(amount for amount, _late in late),
        "not_due_amount": buckets["not_due"],
        "bucket_1_30": buckets["1-30"],
        "bucket_31_60": buckets["31-60"],
        "bucket_61_90": buckets["61-90"],
        "bucket_over_90": buckets["90+"],
        "unallocated_amount": -sum(amount for amount, _late in pairs if amount < 0),
        "overdue_item_count": len(late),
        "max_days_late": max((days for _amount, days in late), default=0),
    }


def settlements(account, day):
    """Return (line, settled on, by cash) of the invoice items settled by a day."""
    found = []
    for line in receivable_lines(account):
        if line.display_type != "payment_term" or line.balance <= 0:
            continue
        partials = line.matched_credit_ids.filtered(lambda p: p.max_date <= day)
        if not partials or residual(line, day):
            continue
        counterparts = partials.credit_move_id.filtered(
            lambda other: (
                not other.env["account.partial.reconcile"].search_count(
                    [("exchange_move_id", "=", other.move_id.id)]
                )
            )
        )
        by_cash = all(other.journal_id.type in CASH for other in counterparts)
        found.append((line, max(counterparts.mapped("date")), by_cash))
    return found


def behavior(account, day):
    """Return the behaviour of an account as of a day; None stands for n/a."""
    start = day - relativedelta(months=12)
    recent_start = day - relativedelta(months=3)
    settled = [
        (line, paid) for line, paid, by_cash in settlements(account, day) if by_cash
    ]
    window = sorted((x for x in settled if x[1] > start), key=lambda x: (x[1], x[0].id))
    pairs = [(line.balance, (paid - line.date_maturity).days) for line, paid in window]
    recent = [
        (line.balance, (paid - line.date_maturity).days)
        for line, paid in window
        if paid > recent_start
    ]
    late = [
        (line.balance, (day - line.date_maturity).days)
        for line, amount in open_items(account, day).items()
        if line.display_type == "payment_term" and amount > 0
    ]
    late = [(amount, days) for amount, days in late if days > 0]
    enough = len(pairs) >= kpi.BEHAVIOR_MINIMUM

    def known(average, items):
        return average(items).value if len(items) >= kpi.BEHAVIOR_MINIMUM else None

    return {
        "settled_count": len(pairs),
        "days_beyond_terms": known(kpi.days_beyond_terms, pairs),
        "days_beyond_terms_floored": known(kpi.days_beyond_terms_floored, pairs),
        "days_beyond_terms_open": (
            kpi.days_beyond_terms_open(pairs, late).value
            if len(pairs) + len(late) >= kpi.BEHAVIOR_MINIMUM
            else None
        ),
        "days_beyond_terms_recent": known(kpi.days_beyond_terms, recent),
        "days_to_pay": known(
            kpi.days_to_pay,
            [(line.balance, (paid - line.invoice_date).days) for line, paid in window],
        ),
        "late_share": known(kpi.late_share, pairs),
        "payment_index": known(payment_index, pairs),
        "regularity": kpi.regularity([days for _a, days in pairs]) if enough else None,
    }
