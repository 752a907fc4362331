"""Parts that another process plays: ``python actors.py DATABASE PART ARGUMENTS``.

Each part is a function of an environment and JSON arguments; what it returns is
printed as JSON. A part that has a ``gate`` waits there until the test opens it.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.service.model import retrying
from odoo.tools import config

Env = Any
MODELS = "odoo.addons.ar_best_practices.models"
SENDING = f"{MODELS}.ar_sending"
CUSTOMER = "Customer of the test"
NOT_BY_SMS = ("formal", "handover")


@contextmanager
def opened(database: str) -> Iterator[Env]:
    """Yield an environment of the system; commit when all went well."""
    config.parse_config(["-d", database, "--no-http"], setup_logging=True)
    server.load_server_wide_modules()
    with Registry(database).cursor() as cursor:
        yield api.Environment(cursor, SUPERUSER_ID, {})


def wait_at(env: Env, gate: int) -> None:
    """Wait before a gate, by a connection beside the one in use."""
    with env.registry.cursor() as beside:
        beside.execute("SELECT pg_advisory_lock(%s)", [gate])
        beside.execute("SELECT pg_advisory_unlock(%s)", [gate])


def waiting_after(method: Any, gate: int) -> Any:
    """Return a method that waits before the gate when its work is done."""

    def paused(self, *args, **kwargs):
        result = method(self, *args, **kwargs)
        self.env.flush_all()
        wait_at(self.env, gate)
        return result

    return paused


def company_of(env: Env) -> Env:
    """Return the demo company."""
    return env.ref("ar_demo.company")


# ----------------------------------------------------------------------
# Sending
# ----------------------------------------------------------------------


def set_mail_server(env: Env, port: int) -> None:
    """Let all mail of this database leave by a port of this machine."""
    env["ir.mail_server"].search([]).unlink()
    env["ir.mail_server"].create(
        {"name": "sink", "smtp_host": "127.0.0.1", "smtp_port": port}
    )


def approve_run(env: Env, port: int, attach: bool = False) -> dict:
    """Propose and approve today's run of the demo company and hand it to its job.

    Invoices go along with the level that asks for the fewest only, or with none: each
    PDF costs a second.
    """
    set_mail_server(env, port)
    company = company_of(env)
    domain = env["mail.alias.domain"].search([], limit=1)
    company.alias_domain_id = domain or domain.create({"name": "company.example.com"})
    env["ar.contact.hours"].search([]).unlink()
    run = env["ar.dunning.run"].create({"company_id": company.id})
    run.action_propose()
    env["ar.dunning.level"].search([]).attach_invoices = False
    if attach:
        mails = run.notice_ids.filtered(lambda notice: notice.channel == "mail")
        levels = mails.grouped("level_id").items()
        level, _mails = min(levels, key=lambda pair: len(pair[1].asked_line_ids))
        level.attach_invoices = True
    run.action_approve()
    run.action_send()
    return {"run": run.id, "company": company.name, "catchall": company.catchall_email}


def send(env: Env, batch: int = 100, gate: int = 0) -> None:
    """Do the work of the sending job."""
    if gate:
        wait_at(env, gate)
    with patch(f"{SENDING}.BATCH", batch):
        env["ar.dunning.run"]._cron_send()


def approve_sms_run(env: Env) -> int:
    """Approve today's run of the demo company with every reminder by SMS."""
    env["ar.contact.hours"].search([]).unlink()
    levels = env["ar.dunning.level"].search([("kind", "not in", NOT_BY_SMS)])
    levels.write({"channel": "sms", "sms_text": "Please pay {{ object.asked_words }}."})
    env["res.partner"].search([]).phone = "+33612345678"
    run = env["ar.dunning.run"].create({"company_id": company_of(env).id})
    run.action_propose()
    run.action_approve()
    run.action_send()
    return run.id


def send_sms(env: Env, left: str, gate: int = 0) -> None:
    """Do the work of the sending job, one by one; a provider of ours writes down what
    left, and answers the second time only when the gate opens."""

    def contact(_api, _endpoint, params):
        messages = params["messages"]
        numbers = [n["uuid"] for message in messages for n in message["numbers"]]
        with open(left, "a+") as file:
            file.writelines(f"{uuid}\n" for uuid in numbers)
            file.seek(0)
            second = len(file.readlines()) == 2
        if gate and second:
            wait_at(env, gate)
        return [{"uuid": uuid, "state": "success"} for uuid in numbers]

    provider = patch("odoo.addons.sms.tools.sms_api.SmsApi._contact_iap", contact)
    with provider, patch(f"{SENDING}.BATCH", 1):
        env["ar.dunning.run"]._cron_send()
        env["sms.sms"]._process_queue()


def send_again(env: Env, notices: list[int], port: int) -> None:
    """A person sends again what failed, once the mail server works."""
    set_mail_server(env, port)
    env["ar.dunning.notice"].browse(notices).action_send_again()
    env["ar.dunning.run"]._cron_send()


def say_sent(env: Env, notices: list[int]) -> None:
    """A person says that messages whose fate is unknown did leave."""
    env["ar.dunning.notice"].browse(notices).action_was_sent()


def process_queue(env: Env) -> None:
    """Do the work of Odoo's own mail queue."""
    env["mail.mail"].process_email_queue()


# ----------------------------------------------------------------------
# Statements of account
# ----------------------------------------------------------------------


def begin_statements(env: Env, port: int, count: int, attach: bool = False) -> dict:
    """Begin a campaign for so many new customers and hand it to its job."""
    set_mail_server(env, port)
    company = company_of(env)
    env = env(context={"allowed_company_ids": company.ids})
    values = [
        {"name": f"Customer {n}", "is_company": True, "email": f"{n}@example.com"}
        for n in range(count)
    ]
    partners = env["res.partner"].create(values)
    day = fields.Date.subtract(fields.Date.today(), days=20)
    invoices = env["account.move"].create([_invoice(p, day) for p in partners])
    invoices.action_post()
    accounts = env["ar.account"]._ensure([(company.id, p.id) for p in partners])
    campaign = env["ar.statement.campaign"].create(
        {
            "company_id": company.id,
            "audience": "list",
            "account_ids": [Command.set(accounts.ids)],
            "attach_pdf": attach,
        }
    )
    campaign.action_send_now()
    return {"campaign": campaign.id, "catchall": company.catchall_email}


def send_statements(env: Env, batch: int = 100) -> None:
    """Do the work of the job that sends statements."""
    with patch(f"{SENDING}.BATCH", batch):
        env["ar.statement.campaign"]._cron_send()


# ----------------------------------------------------------------------
# Portal
# ----------------------------------------------------------------------


def open_portal(env: Env, login: str) -> dict:
    """Let a new customer, held until it pays, promise two late invoices; give one of
    its people a portal user, and the company Odoo's demo payment provider."""
    company = company_of(env)
    env = env(context={"allowed_company_ids": company.ids})
    accept_demo_payments(env, company)
    account, invoices = _owe_on_portal(env, login, count=2)
    today = env["ar.account"]._today(company)
    promise = env["ar.payment.promise"]._make(account, 200, today)
    account._set_hold("hold", "late again", code="overdue", until_paid=True)
    env.cr.commit()
    return {"invoices": invoices.ids, "account": account.id, "promise": promise.id}


def open_claims(env: Env, login: str) -> dict:
    """Give a customer with one late invoice a portal user; the administrator is the
    process owner of disputes."""
    company = company_of(env)
    company.ar_dispute_owner_id = env.ref("base.user_admin")
    env = env(context={"allowed_company_ids": company.ids})
    account, invoice = _owe_on_portal(env, login, count=1)
    env.cr.commit()
    return {"invoice": invoice.id, "account": account.id, "company": company.id}


def _owe_on_portal(env: Env, login: str, count: int) -> tuple[Env, Env]:
    """Post late invoices of a new customer, of whose people one has a portal user
    with its login as password; return its account and the invoices."""
    company = company_of(env)
    customer = env["res.partner"].create({"name": CUSTOMER, "is_company": True})
    person = customer.create(
        {"name": login, "parent_id": customer.id, "email": f"{login}@example.com"}
    )
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "login": login,
            "password": login,
            "partner_id": person.id,
            "group_ids": [Command.set(env.ref("base.group_portal").ids)],
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
        }
    )
    day = fields.Date.subtract(fields.Date.today(), days=20)
    invoices = env["account.move"].create(
        [_invoice(customer, day) for _number in range(count)]
    )
    invoices.action_post()
    account = env["ar.account"]._ensure([(company.id, customer.id)])
    account._refresh_now()
    return account, invoices


def accept_demo_payments(env: Env, company: Env) -> None:
    """Publish the provider with which Odoo tries electronic payments."""
    provider = env.ref("payment.payment_provider_demo").sudo()
    if provider.company_id != company:
        provider = provider.copy({"company_id": company.id})
    provider.write({"state": "test", "is_published": True})


# ----------------------------------------------------------------------
# Refresh and payments
# ----------------------------------------------------------------------


def owe_twice(env: Env) -> dict:
    """Post two late invoices of one new customer; return them with the account."""
    company = company_of(env)
    env = env(context={"allowed_company_ids": company.ids})
    partner = env["res.partner"].create({"name": CUSTOMER, "is_company": True})
    day = fields.Date.subtract(fields.Date.today(), days=20)
    invoices = env["account.move"].create([_invoice(partner, day) for _two in "12"])
    invoices.action_post()
    env.cr.commit()
    env["ar.account"]._cron_refresh_dirty()
    account = env["ar.account"]._ensure([(company.id, partner.id)])
    return {"invoices": invoices.ids, "account": account.id}


def _invoice(partner: Env, day: Any) -> dict:
    line = {"name": "Goods", "price_unit": 100, "tax_ids": False}
    return {
        "move_type": "out_invoice",
        "partner_id": partner.id,
        "invoice_date": day,
        "invoice_payment_term_id": False,
        "invoice_date_due": day,
        "invoice_line_ids": [Command.create(line)],
    }


def refresh_all(env: Env, gate: int) -> None:
    """Do the nightly refresh; wait when all rows are written, before the commit."""
    env.cr.execute("UPDATE ar_account SET behavior_date = NULL, priority = NULL")
    env.cr.commit()
    target = f"{MODELS}.ar_account_judgement.ArAccountJudgement._refresh_judgements"
    refresh = type(env["ar.account"])._refresh_judgements
    with patch(target, waiting_after(refresh, gate)):
        env["ar.account"]._cron_refresh_all()


def refresh_dirty(env: Env) -> None:
    """Do the refresh that follows a payment within a minute."""
    env["ar.account"]._cron_refresh_dirty()


def pay_both(env: Env, invoices: list[int], milliseconds: int) -> list[int]:
    """Pay two invoices of a customer by two transactions that are open together.

    Nothing is retried, and PostgreSQL ends whoever waits for a lock.
    """
    company = company_of(env)
    journals = [_bank(env, company, code) for code in ("ZZ1", "ZZ2")]
    env.cr.commit()
    first, second = env.registry.cursor(), env.registry.cursor()
    with first, second:
        for cursor, invoice, journal in zip(
            (first, second), invoices, journals, strict=True
        ):
            cursor.execute("SET LOCAL lock_timeout = %s", [f"{milliseconds}ms"])
            _pay(env(cr=cursor), company, invoice, journal)
        first.commit()
        second.commit()
    return journals


def _bank(env: Env, company: Env, code: str) -> int:
    journal = {"name": code, "code": code, "type": "bank", "company_id": company.id}
    return env["account.journal"].create(journal).id


def _pay(env: Env, company: Env, invoice: int, journal: int) -> None:
    context = {
        "active_model": "account.move",
        "active_ids": [invoice],
        "allowed_company_ids": company.ids,
    }
    wizard = env(context=context)["account.payment.register"].create(
        {"payment_date": fields.Date.today(), "journal_id": journal}
    )
    wizard._create_payments()
    env.flush_all()


def write_account(env: Env, account: int, insured: bool) -> None:
    """A collector changes an account by hand."""
    env["ar.account"].browse(account).insured = insured


def refresh_dirty_slowly(env: Env, gate: int) -> None:
    """Refresh after a payment, and wait once the work has begun."""
    target = f"{MODELS}.ar_item.ArItem._relink_orphans"
    relink = type(env["ar.item"])._relink_orphans
    with patch(target, waiting_after(relink, gate)):
        env["ar.account"]._cron_refresh_dirty()


# ----------------------------------------------------------------------
# Matching
# ----------------------------------------------------------------------


def wait_to_match(env: Env) -> dict:
    """Let a bank line wait that names its invoice; return both and the proposal."""
    company = company_of(env)
    company.ar_matching_automatic = True
    env = env(context={"allowed_company_ids": company.ids})
    env["ar.matching.proposal"].search([("state", "=", "certain")]).action_match()
    partner = env["res.partner"].create({"name": CUSTOMER, "is_company": True})
    invoice = env["account.move"].create(_invoice(partner, fields.Date.today()))
    invoice.action_post()
    bank = env["account.journal"].browse(_bank(env, company, "ZZ3"))
    line = env["account.bank.statement.line"].create(
        {"journal_id": bank.id, "amount": 100, "payment_ref": invoice.name}
    )
    env["ar.matching.proposal"]._propose()
    proposal = env["ar.matching.proposal"].search([("statement_line_id", "=", line.id)])
    return {"invoice": invoice.id, "line": line.id, "proposal": proposal.id}


def match(env: Env, proposal: int, gate: int) -> str:
    """Match as an accountant's request does: retried on conflicts, told what it was."""
    wait_at(env, gate)
    waiting = env["ar.matching.proposal"].browse(proposal)
    try:
        retrying(waiting.action_match, env)
    except UserError as error:
        env.cr.rollback()
        return str(error)
    return ""


def match_by_job(env: Env, gate: int) -> None:
    """Do the work of the job that matches."""
    wait_at(env, gate)
    env["ar.matching.proposal"]._cron_match()


# ----------------------------------------------------------------------
# Proposals and accounts
# ----------------------------------------------------------------------


def propose(env: Env, gate: int = 0) -> dict:
    """Propose a run as a request does: its transaction is retried on conflicts."""
    company = company_of(env)
    runs = env["ar.dunning.run"]
    run = runs.create({"company_id": company.id})
    env.cr.commit()
    target = f"{MODELS}.ar_dunning_proposal.ArDunningProposal._propose"
    method = type(runs)._propose
    paused = waiting_after(method, gate) if gate else method
    try:
        with patch(target, paused):
            retrying(run.action_propose, env)
    except UserError as error:
        env.cr.rollback()
        return {"run": run.id, "error": str(error)}
    return {"run": run.id, "error": ""}


def ensure(env: Env, partner: int, gate: int = 0) -> int:
    """Make the account of a customer as a request does."""
    company = company_of(env)

    def make():
        account = env["ar.account"]._ensure([(company.id, partner)])
        if gate:
            wait_at(env, gate)
        return account.id

    return retrying(make, env)


def import_bank_file(env: Env, path: str, gate: int = 0, early: bool = False) -> dict:
    """Import a bank file as a request does.

    :param early: wait at the gate when the transaction has begun, before anything is
        locked; else when all is done, before the commit
    """
    env = env(context={"allowed_company_ids": company_of(env).ids})
    with open(path, "rb") as file:
        content = {"name": "bank.xml", "raw": file.read()}
    files = env["ir.attachment"].create(content)
    job = env["ar.bank.import"].create({"attachment_ids": files.ids})
    job.action_read()
    env.cr.commit()

    def run():
        if gate and early:
            env["ar.bank.import"].search_count([])  # the snapshot is taken here
            wait_at(env, gate)
        job.action_import()
        env.flush_all()
        if gate and not early:
            wait_at(env, gate)

    try:
        retrying(run, env)
    except UserError as error:
        env.cr.rollback()
        return {"lines": 0, "error": str(error)}
    return {"lines": job.created_count, "error": ""}


def create_customer(env: Env) -> int:
    """Create a customer without any document."""
    return env["res.partner"].create({"name": CUSTOMER, "is_company": True}).id


# ----------------------------------------------------------------------
# Books of a company without our addon
# ----------------------------------------------------------------------


def open_books(env: Env) -> None:
    """Give the only company a chart, and a customer with paid and open invoices."""
    company = env.ref("base.main_company")
    env["account.chart.template"].try_loading("generic_coa", company)
    partner = env["res.partner"].create({"name": CUSTOMER, "is_company": True})
    for days in (20, 50, 80, 110, 140, 170, 200):
        day = fields.Date.subtract(fields.Date.today(), days=days)
        invoice = env["account.move"].create(_invoice(partner, day))
        invoice.action_post()
        if days > 20:
            _settle(env, invoice, fields.Date.add(day, days=10))


def _settle(env: Env, invoice: Env, day: Any) -> None:
    context = {"active_model": "account.move", "active_ids": invoice.ids}
    wizard = env(context=context)["account.payment.register"].create(
        {"payment_date": day}
    )
    wizard._create_payments()


def trade(env: Env) -> list[str]:
    """Post an invoice and register its payment; return both states."""
    partner = env["res.partner"].search([("name", "=", CUSTOMER)], limit=1)
    invoice = env["account.move"].create(_invoice(partner, fields.Date.today()))
    invoice.action_post()
    posted = invoice.payment_state
    _settle(env, invoice, fields.Date.today())
    return [posted, invoice.payment_state]


def dispute_all(env: Env) -> int:
    """Dispute one open invoice as a whole; return how many items are marked."""
    partner = env["res.partner"].search([("name", "=", CUSTOMER)], limit=1)
    account = env["ar.account"].search([("partner_id", "=", partner.id)], limit=1)
    account._open_dispute(account.open_line_ids[:1], "nothing came")
    return env["account.move.line"].search_count(
        [("no_followup", "=", True), ("display_type", "=", "payment_term")]
    )


def uninstall(env: Env, addon: str) -> None:
    """Uninstall an addon as the Apps screen does."""
    module = env["ir.module.module"].search([("name", "=", addon)])
    module.button_immediate_uninstall()


def inspect(env: Env) -> dict:
    """Return what is left of the suite in Odoo's own records, and broken views."""
    return {
        "models": env["ir.model"].search([("model", "=like", "ar.%")]).mapped("model"),
        "fields": env["ir.model.fields"].search([("name", "=like", "ar\\_%")]).ids,
        "crons": env["ir.cron"].search([("name", "=like", "Receivables%")]).ids,
        "views": _broken_views(env),
    }


def _broken_views(env: Env) -> list[str]:
    """Return the errors of views that do not work together any more."""
    errors = []
    for view in env["ir.ui.view"].search([("inherit_id", "=", False)]):
        if view.model in env and view.type not in ("qweb", "search"):
            try:
                env[view.model].get_view(view.id, view.type)
            except Exception as error:  # whatever is wrong with it
                errors.append(f"{view.xml_id}: {error}")
    return errors


def main(database: str, part: str, arguments: str) -> None:
    """Play a part and print what it returns."""
    with opened(database) as env:
        result = globals()[part](env, **json.loads(arguments))
    sys.stdout.write(f"{json.dumps(result)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
