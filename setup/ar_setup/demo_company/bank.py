"""What the bank of the demo company reported lately and nobody has matched yet."""

from __future__ import annotations

from datetime import date, timedelta


def report(env, company, today: date) -> None:
    """Write bank lines of every kind: certain, likely, unknown; then look at them."""
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    items = open_items(env, company)
    if journal and len(items) > 8:
        lines = env["account.bank.statement.line"].create(
            [
                {"journal_id": journal.id, "date": today - timedelta(days=days)} | line
                for days, line in enumerate(_prepare_lines(items))
            ]
        )
        lines.move_id.line_ids.flush_recordset()
    env["ar.matching.proposal"]._propose()


def open_items(env, company):
    """Return one open item of each customer, the largest first."""
    items = env["account.move.line"].search(
        [
            ("company_id", "=", company.id),
            ("account_id.account_type", "=", "asset_receivable"),
            ("move_id.move_type", "=", "out_invoice"),
            ("parent_state", "=", "posted"),
            ("amount_residual", ">", 0),
            ("currency_id", "=", company.currency_id.id),
        ],
        order="amount_residual desc, id",
    )
    first = {item.partner_id.commercial_partner_id: item.id for item in reversed(items)}
    return items.browse(sorted(first.values(), reverse=True))


def _prepare_lines(items) -> list[dict]:
    def line(amount, text, **values):
        return {"amount": amount, "payment_ref": text} | values

    named = items[:6]
    numbers = [item.move_id.name for item in named]
    left = [item.amount_residual for item in named]
    payer = items[6].partner_id.commercial_partner_id
    return [
        line(left[0], f"VIR {numbers[0]}"),
        line(left[1], "VIREMENT " + numbers[1].replace("/", " ")),
        line(left[2] + left[3], f"FACTURES {numbers[2]} ET {numbers[3]}"),
        line(round(left[4] / 2, 2), f"ACOMPTE {numbers[4]}"),
        line(left[5] + 25, f"REGLEMENT {numbers[5]}"),
        line(items[6].amount_residual, "VIREMENT RECU", partner_id=payer.id),
        line(431.17, "REMISE CHEQUES 000881"),
    ]
