"""A person, a real browser, a real mail server: from the proposal to what leaves."""

import io

import pytest
from browser_helpers import (
    PHONE,
    WIDE,
    EnglishTerms,
    OdooServer,
    Visit,
    chromium,
    served,
)
from common import wait_for
from PyPDF2 import PdfReader
from sink import Mail, Sink

MANAGER, ADMIN = "nadia", "admin"
# the last line of Odoo's standard mail layouts
LAYOUT = "utm_source=db"
MENU = "ar_best_practices.ar_%s"
# in the list of notices: whom, how firmly, and what each column is
WORTH_READING = (
    "[name=notice_ids] :is(td[name=partner_id], td[name=level_id], th .text-truncate)"
)


@pytest.fixture(scope="module")
def browser():
    """A real Chromium."""
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def house(template, browser):
    """A server on a copy of the demo company, whose mails arrive in a sink."""
    sink = Sink()
    sink.start()
    with served(template, "browser") as server:
        server.sink = sink
        prepare(server)
        yield server
        errors = server.get_errors()
    sink.stop()
    assert not errors


def prepare(server: OdooServer) -> None:
    """Send mails to the sink; refresh as every night does; have all on the screens."""
    mail_server = {
        "name": "sink",
        "smtp_host": "127.0.0.1",
        "smtp_port": server.sink.port,
    }
    server.call(ADMIN, "ir.mail_server", "create", mail_server)
    accounts = server.call(ADMIN, "ar.account", "search", [])
    server.call(ADMIN, "ar.account", "action_refresh", accounts)
    watch = {
        "account_ids": [(6, 0, accounts)],
        "subject": "hold",
        "hold_state": "watch",
        "reason": "Limite dépassée",
    }
    wizard = server.call(MANAGER, "ar.account.decide", "create", watch)
    server.call(MANAGER, "ar.account.decide", "action_apply", wizard)
    run = server.call(ADMIN, "ar.dunning.run", "create", {})
    server.call(ADMIN, "ar.dunning.run", "action_propose", [run])


@pytest.fixture(scope="module")
def english():
    """The terms that a French screen must not show."""
    return EnglishTerms()


class Journey:
    """What is the same on a large screen and on a phone."""

    def __init__(self, visit: Visit, server: OdooServer, english: EnglishTerms):
        self.visit, self.page, self.english = visit, visit.page, english
        self.rows, self.sink = server.database.rows, server.sink
        self.before = len(self.sink.mails)

    def propose(self) -> None:
        """Make a new run and propose it."""
        self.visit.press(".o_list_button_add, .o-kanban-button-new")
        self.visit.press("button[name=action_propose]")
        self.page.wait_for_selector("button[name=action_approve_and_send]")
        ((self.run, notices),) = self.rows(
            "SELECT id, notice_count FROM ar_dunning_run WHERE state = 'proposed'"
            " ORDER BY id DESC LIMIT 1"
        )
        assert notices
        self.look()

    def look(self) -> None:
        """Nothing is wrong with what is on the screen."""
        assert not self.visit.find_overflow()
        assert not self.english.find(self.visit.find_texts())
        assert not self.visit.errors

    def give_reason(self, reason: str) -> None:
        """Say why, in the dialog that asks."""
        self.page.fill(".modal div[name=reason] input", reason)
        self.look()
        self.visit.press(".modal button[name=action_apply]")
        self.page.wait_for_selector(".modal", state="detached")

    def approve_and_send(self) -> None:
        """Approve, confirm, and wait for the job that sends."""
        self.visit.press("button[name=action_approve_and_send]")
        self.visit.press(".modal-footer .btn-primary")
        wait_for(self.is_done, "all notices of the run sent")
        self.page.reload()
        self.visit.settle()
        self.look()

    def is_done(self) -> bool:
        """Tell whether the run is done."""
        return self.rows(
            "SELECT 1 FROM ar_dunning_run WHERE id = %s AND state = 'done'", self.run
        )

    def check_mails(self) -> None:
        """Every mail notice arrived once, where it belongs, in the standard layout."""
        expected = self.rows(
            "SELECT email, message_id FROM ar_dunning_notice"
            " WHERE run_id = %s AND channel = 'mail' AND state = 'sent'",
            self.run,
        )
        assert expected
        mails = [mail for mail in self.get_mails() if "ar.account" in mail.number]
        assert {(*mail.recipients, mail.number) for mail in mails} == set(expected)
        assert len(mails) == len(expected)
        assert all(LAYOUT in mail.html for mail in mails)

    def get_mails(self) -> list[Mail]:
        """Return the mails that arrived since the journey began."""
        return self.sink.mails[self.before :]


def read_pdf(content: bytes) -> str:
    """Return the words of a PDF, without what breaks a line."""
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_run_goes_from_proposal_to_mails_and_letters(browser, house, english):
    with Visit(browser, house) as visit:
        journey = Journey(visit, house, english)
        visit.log_in(MANAGER)
        open_menu(visit, "menu_root", "dunning_menu", "dunning_run_menu")
        journey.propose()
        assert not visit.find_cut(WORTH_READING)
        see_a_preview(journey)
        excluded = leave_one_out(journey)
        see_why_items_are_left_out(journey)
        journey.approve_and_send()
        journey.check_mails()
        assert not [m for m in journey.get_mails() if excluded in m.recipients]
        print_letters(journey)
        assert not visit.errors


def open_menu(visit: Visit, *entries: str) -> None:
    """Open an entry of the menu as a person does: app, section, entry."""
    visit.press(".o_navbar_apps_menu button")
    for entry in entries:
        visit.press(f"[data-menu-xmlid='{MENU % entry}']")


def see_a_preview(journey: Journey) -> None:
    """What the first customer will get is shown before anything leaves."""
    row = journey.page.locator("[name=notice_ids] .o_data_row").first
    customer = row.locator("[name=partner_id]").inner_text()
    row.locator("button[name=action_preview]").click()
    text = journey.page.frame_locator(".modal .o_ar_preview iframe").locator("body")
    assert customer in text.inner_text()
    journey.look()
    journey.visit.press(".modal-footer button")
    assert not journey.get_mails()


def leave_one_out(journey: Journey) -> str:
    """Leave one customer out with a reason; return the address."""
    count = journey.page.locator("button[name=action_approve_and_send] .o_field_widget")
    before = int(count.inner_text())
    journey.visit.press("[name=notice_ids] .o_data_row button[name=action_exclude]")
    journey.give_reason("the buyer called")
    assert int(count.inner_text()) == before - 1
    ((email, reason),) = journey.rows(
        "SELECT email, exclude_reason FROM ar_dunning_notice"
        " WHERE run_id = %s AND state = 'excluded'",
        journey.run,
    )
    assert reason == "the buyer called"
    return email


def see_why_items_are_left_out(journey: Journey) -> None:
    """Every item left out has its reason in words."""
    journey.visit.press("a[name=left_out]")
    reasons = journey.page.locator("[name=out_line_ids] .o_data_row [name=reason]")
    assert all(reasons.all_inner_texts())
    assert reasons.count() > 5
    journey.look()


def print_letters(journey: Journey) -> None:
    """The letters come as one PDF with the customers' names."""
    names = journey.rows(
        "SELECT partner.name FROM ar_dunning_notice notice"
        " JOIN res_partner partner ON partner.id = notice.partner_id"
        " WHERE run_id = %s AND channel = 'letter' AND notice.state = 'sent'",
        journey.run,
    )
    letters = journey.visit.download(
        "**/ar/dunning/letters/*", "button[name=action_print_letters]"
    )
    assert letters.startswith(b"%PDF")
    words = read_pdf(letters)
    assert names
    for (name,) in names:
        assert name in words


def test_a_run_is_reviewed_approved_and_sent_on_a_phone(browser, house, english):
    ((company,),) = house.database.rows(
        "SELECT id FROM res_company WHERE name = 'Atelier du Ponant'"
    )
    with Visit(browser, house, PHONE) as visit:
        visit.work_for(company)
        journey = Journey(visit, house, english)
        visit.log_in(MANAGER)
        visit.open("/odoo/dunning-runs")
        journey.propose()
        card = journey.page.locator("[name=notice_ids] .o_kanban_record").first
        card.evaluate("card => card.scrollIntoView({ block: 'center' })")
        visit.settle()
        card.locator(".o_dropdown_kanban button").click()
        visit.settle()  # a menu that still moves is lost
        visit.press(".o-dropdown--menu [name=action_preview]")
        journey.look()
        visit.press(".modal .btn-close, .modal .oi-arrow-left")
        journey.approve_and_send()
        journey.check_mails()


def test_a_collector_s_morning(browser, house, english):
    with Visit(browser, house) as visit:
        visit.log_in(MANAGER)
        open_menu(visit, "menu_root", "worklist_menu")
        journey = Journey(visit, house, english)
        journey.look()
        customer = call_the_first(journey)
        promise_by_keyboard(journey)
        assert visit.page.locator(".modal-title").inner_text() != customer
        visit.press(".modal-footer [special=cancel], .modal .btn-close")
        break_the_promise(house)
        visit.open("/odoo/receivables-day")
        first = visit.page.locator(".o_kanban_group").first
        assert "Promesse rompue" in first.inner_text()
        assert customer in first.inner_text()
        journey.look()


def call_the_first(journey: Journey) -> str:
    """Open the call screen of the first customer to call; return the name."""
    visit = journey.visit
    group = journey.page.locator(".o_kanban_group", has_text="À appeler aujourd’hui")
    card = group.locator(".o_kanban_record").first
    customer = card.locator(".fw-bold").first.inner_text()
    card.locator("button[name=action_call]").click()
    journey.page.wait_for_selector(".modal [name=outcome]")
    visit.settle()
    journey.look()
    return customer


def promise_by_keyboard(journey: Journey) -> None:
    """Say that a payment was promised, without the mouse, and go on."""
    page, visit = journey.page, journey.visit
    page.get_by_label("Promesse", exact=True).focus()
    page.keyboard.press("Space")
    visit.settle()
    page.locator(
        ".modal [name=promise_date] input, .modal [name=promise_date] button"
    ).first.focus()
    day = journey.rows("SELECT to_char(CURRENT_DATE + 3, 'DD/MM/YYYY')")[0][0]
    page.keyboard.press("Enter")
    page.locator(".modal [name=promise_date] input").fill(day)
    page.keyboard.press("Tab")
    visit.settle()
    before = journey.rows("SELECT COUNT(*) FROM ar_payment_promise")
    page.keyboard.press("Alt+q")
    wait_for(
        lambda: journey.rows("SELECT COUNT(*) FROM ar_payment_promise") != before,
        "the promise",
    )
    page.wait_for_selector(".modal [name=outcome]")
    visit.settle()


def break_the_promise(server: OdooServer) -> None:
    """Let the promised day pass without money."""
    server.database.rows(
        "UPDATE ar_payment_promise"
        "   SET date = date - 30, deadline = deadline - 30, made_date = made_date - 30"
        " WHERE id = (SELECT MAX(id) FROM ar_payment_promise)"
    )
    accounts = server.call(ADMIN, "ar.account", "search", [])
    server.call(ADMIN, "ar.account", "action_refresh", accounts)


# a row of the payments to match, on a phone a card
PAYMENTS = ".o_list_view td[name=reason], .o_kanban_record:not(.o_kanban_ghost)"
CHOOSE_FILES = "[name=attachment_ids] input[type=file]"


def get_bank_file(visit: Visit, kind: str) -> dict:
    """Download a bank file by the link of the README; return what is uploaded."""
    answer = visit.page.request.get(f"/web/content/ar_demo.bank_file_{kind}?download=1")
    assert answer.ok
    name = f"releve.{kind}"
    return {"name": name, "mimeType": "text/plain", "buffer": answer.body()}


def upload(visit: Visit, *files: dict) -> None:
    """Choose files, as by the button, and wait until the server has them."""
    visit.page.set_input_files(CHOOSE_FILES, list(files))
    for file in files:
        visit.page.wait_for_selector(f"[name=attachment_ids] [title='{file['name']}']")
    visit.settle()


def test_a_bank_file_is_corrected_imported_and_matched(browser, house, english):
    with Visit(browser, house) as visit:
        visit.log_in(ADMIN)
        good = get_bank_file(visit, "csv")
        wrong = good | {"name": "faux.csv", "buffer": spoil(good["buffer"])}
        journey = Journey(visit, house, english)
        open_menu(visit, "menu_root", "matching_menu", "bank_import_menu")
        upload(visit, wrong)
        read_twice(journey)
        told = visit.page.locator(".modal-body").inner_text()
        assert "32/13" in told and "beaucoup" in told
        journey.look()
        visit.press(".modal-footer .btn-primary")
        visit.press("button[name=action_back]")
        visit.press("[name=attachment_ids] .o_attachment_delete")
        upload(visit, good)
        read_twice(journey)
        assert visit.page.locator("[name=new_line_ids] .o_data_row").count() == 4
        land_on_payments(journey, good["buffer"].decode("cp1252").split(";")[7])


def spoil(content: bytes) -> bytes:
    """Return a table with a day and an amount that are none."""
    header, first, second, *rest = content.split(b"\r\n")
    first, second = first.split(b";"), second.split(b";")
    first[1], second[4] = b"32/13/2026", b"beaucoup"
    return b"\r\n".join([header, b";".join(first), b";".join(second), *rest])


def read_twice(journey: Journey) -> None:
    """Read a table: its columns are confirmed first."""
    journey.visit.press("button[name=action_read]")
    assert journey.page.locator("[name=column_ids] .o_data_row").count() == 6
    journey.look()
    journey.visit.press("button[name=action_read]")


def land_on_payments(journey: Journey, text: str) -> None:
    """Import what was read; the payments among it are proposed to be matched."""
    journey.look()
    journey.visit.press("button[name=action_import]")
    journey.page.wait_for_selector(PAYMENTS)
    journey.visit.settle()
    assert text in journey.page.locator(".o_content").inner_text()
    journey.look()


def test_a_bank_file_is_imported_on_a_phone(browser, house, english):
    with Visit(browser, house, PHONE) as visit:
        visit.log_in(ADMIN)
        visit.open("/odoo/ar-bank-import")
        upload(visit, get_bank_file(visit, "camt"))
        visit.press("button[name=action_read]")
        land_on_payments(Journey(visit, house, english), "REMISE CHEQUES 000902")


SCREENS = {
    "my day": "/odoo/receivables-day",
    "matching": "/odoo/receivables-matching",
    "bank import": "/odoo/ar-bank-import",
    "analysis of matching": (
        "/odoo/action-ar_best_practices.ar_matching_proposal_action_analysis"
    ),
    "matching rules": "/odoo/action-ar_best_practices.ar_matching_rule_action",
    "load": "/odoo/action-ar_best_practices.ar_collector_load_action",
    "promises": "/odoo/action-ar_best_practices.ar_payment_promise_action",
    "promise": "/odoo/ar.payment.promise/%(promise)s",
    "plans": "/odoo/action-ar_best_practices.ar_payment_plan_action",
    "plan": "/odoo/ar.payment.plan/%(plan)s",
    "actions": "/odoo/action-ar_best_practices.ar_collection_action_action",
    "statements": "/odoo/statements",
    "disputes": "/odoo/action-ar_dispute.ar_dispute_action",
    "disputes as cards": "/odoo/action-ar_dispute.ar_dispute_action?view_type=kanban",
    "reasons of disputes": "/odoo/action-ar_dispute.ar_dispute_reason_action",
    "root causes": "/odoo/action-ar_dispute.ar_dispute_root_cause_action",
    "resolutions": "/odoo/action-ar_dispute.ar_dispute_resolution_action",
    "dispute teams": "/odoo/action-ar_dispute.ar_dispute_team_action",
    "reasons": "/odoo/action-ar_best_practices.ar_nonpayment_reason_action",
    "scripts": "/odoo/action-ar_best_practices.ar_call_script_action",
    "customers": "/odoo/receivables",
    "customers as cards": "/odoo/receivables?view_type=kanban",
    "customer": "/odoo/receivables/%(account)s",
    "open items": "/odoo/open-items",
    "runs": "/odoo/dunning-runs",
    "run": "/odoo/dunning-runs/%(run)s",
    "notice": "/odoo/ar.dunning.notice/%(notice)s",
    "strategies": "/odoo/action-ar_best_practices.ar_dunning_strategy_action",
    "level": "/odoo/ar.dunning.level/%(level)s",
    "rules": "/odoo/action-ar_best_practices.ar_rule_action",
    "profiles": "/odoo/action-ar_best_practices.ar_payer_profile_action",
    "weights": "/odoo/action-ar_best_practices.ar_priority_weight_action",
    "work": "/odoo/action-ar_best_practices.ar_collector_report_action",
    "health": "/odoo/action-ar_best_practices.ar_job_report_action",
    "import": "/odoo/ar-ledger-import",
    "settings": "/odoo/action-ar_best_practices.res_config_settings_action",
    "invoice": "/odoo/customer-invoices/%(invoice)s",
    "partner": "/odoo/res.partner/%(partner)s",
}


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["1366", "390"])
@pytest.mark.parametrize("lang", ["en_US", "fr_FR"])
def test_every_screen_fits_and_speaks_one_language(browser, house, english, lang, size):
    house.set_language(ADMIN, lang)
    records = find_records(house)
    problems = {}
    with Visit(browser, house, size) as visit:
        visit.log_in(ADMIN)
        for name, path in SCREENS.items():
            visit.open(path % records)
            found = look_at_pages(visit, english if lang == "fr_FR" else None)
            if found:
                problems[name] = found
    assert not problems


def find_records(server: OdooServer) -> dict[str, int]:
    """Return one record of each kind: those of the notice that asks for the most."""
    names = ("run", "notice", "account", "partner", "level", "invoice")
    (row,) = server.database.rows(
        "SELECT notice.run_id, notice.id, notice.account_id, notice.partner_id,"
        "       notice.level_id, line.move_id"
        "  FROM ar_dunning_notice notice"
        "  JOIN ar_dunning_notice_line line ON line.notice_id = notice.id"
        " WHERE line.included AND line.amount > 0"
        " ORDER BY notice.amount DESC LIMIT 1"
    )
    (more,) = server.database.rows(
        "SELECT (SELECT MIN(id) FROM ar_payment_promise),"
        "       (SELECT MIN(id) FROM ar_payment_plan)"
    )
    return dict(zip((*names, "promise", "plan"), (*row, *more), strict=True))


def look_at_pages(visit: Visit, english: EnglishTerms | None) -> list[str]:
    """Return what is wrong with a screen and with each page of its notebook."""
    found = look_at(visit, english)
    tabs = visit.page.locator(".o_notebook_headers .nav-link:visible:not(.active)")
    for name in tabs.evaluate_all("tabs => tabs.map(tab => tab.name)"):
        visit.press(f".o_notebook_headers .nav-link[name='{name}']")
        found += look_at(visit, english)
    return found


def look_at(visit: Visit, english: EnglishTerms | None) -> list[str]:
    """Return what is wrong with what is shown."""
    found = [*visit.find_overflow(), *visit.errors]
    visit.errors.clear()
    if english:
        found += sorted(english.find(visit.find_texts()))
    return found


PORTAL = {
    "home": "/my",
    "account": "/my/receivables",
    "payment": "/my/receivables/pay/%(item)s",
}
CHOICE = ".o_ar_receivables_choice"


@pytest.fixture(scope="module")
def customer(house):
    """The login of a person of the customer with the most open items, on the portal."""
    ((partner, company),) = house.database.rows(
        "SELECT account.partner_id, account.company_id FROM ar_account account"
        "  JOIN account_move_line line ON line.partner_id = account.partner_id"
        "   AND line.company_id = account.company_id"
        "  JOIN account_move move ON move.id = line.move_id"
        " WHERE line.display_type = 'payment_term' AND line.amount_residual > 0"
        "   AND line.parent_state = 'posted' AND move.move_type = 'out_invoice'"
        " GROUP BY account.id ORDER BY COUNT(*) DESC, account.id LIMIT 1"
    )
    contact = {"name": "Jeanne", "parent_id": partner, "email": "jeanne@example.com"}
    user = {
        "login": "jeanne",
        "password": "jeanne",
        "partner_id": house.call(ADMIN, "res.partner", "create", contact),
        "company_id": company,
        "company_ids": [(6, 0, [company])],
        "group_ids": [(6, 0, [find_portal_group(house)])],
    }
    house.call(ADMIN, "res.users", "create", user)
    return user["login"]


def find_portal_group(server: OdooServer) -> int:
    """Return the group of people on the portal."""
    return server.database.value(
        "SELECT res_id FROM ir_model_data"
        " WHERE module = 'base' AND name = 'group_portal'"
    )


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["1366", "390"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_portal_fits_and_speaks_one_language(
    browser, house, english, customer, lang, size
):
    problems = {}
    with Visit(browser, house, size) as visit:
        visit.log_in(customer)
        visit.open(f"/{lang}/my/receivables")
        item = visit.page.locator(f"{CHOICE} [data-payable]").last.get_attribute(
            "value"
        )
        for name, path in PORTAL.items():
            visit.open(f"/{lang}{path % {'item': item}}")
            found = look_at(visit, english if lang == "fr" else None)
            if found:
                problems[name] = found
    assert not problems


def test_a_customer_chooses_promises_and_writes(browser, house, customer):
    with Visit(browser, house, PHONE) as visit:
        visit.log_in(customer)
        visit.open("/en/my/receivables")
        choose_the_last_item(visit)
        visit.press(f"{CHOICE} [data-bs-toggle=collapse]")
        visit.page.locator(f"{CHOICE} [name=date]").fill(in_a_week(house))
        visit.press(f"{CHOICE} [name=promise]")
        assert visit.page.locator("[name=promises] li").count() == 1
        visit.page.locator("[name=text]").fill("We are waiting for a credit note.")
        visit.press(".o_ar_receivables_message button")
        assert visit.page.locator(".alert-success").count() == 1
        assert not visit.errors
    assert house.database.rows(
        "SELECT 1 FROM mail_activity WHERE res_model = 'ar.account'"
        "   AND summary LIKE '%%credit note%%'"
    )


def choose_the_last_item(visit: Visit) -> None:
    """Choose one item only: the total and the amount to promise follow."""
    for item in visit.page.locator(f"{CHOICE} [name=items]").all():
        item.uncheck()
    assert visit.page.locator(f"{CHOICE} [name=pay]").is_disabled()
    item = visit.page.locator(f"{CHOICE} [name=items]").last
    item.check()
    amount = float(item.get_attribute("data-amount"))
    assert visit.page.locator(f"{CHOICE} .o_ar_total").inner_text() == (
        f"{amount:,.2f}\N{NO-BREAK SPACE}€"
    )
    assert float(visit.page.locator(f"{CHOICE} [name=amount]").input_value()) == amount


def in_a_week(server: OdooServer) -> str:
    """Return the day in a week, as a field of a form has it."""
    return server.database.value("SELECT (now() + interval '7 days')::date::text")
