"""A claim in a real browser: from the customer's word to the cause of it."""

import pytest
from browser_helpers import PHONE, Visit, chromium, served

LOGIN = "claire"
SLIP = {"name": "slip.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 slip"}
CASE = "/odoo/action-ar_dispute.ar_dispute_action"


@pytest.fixture(scope="module")
def office(template):
    """A server whose company has a process owner, and a customer with a claim."""
    with chromium() as browser, served(template, "dispute") as server:
        server.browser = browser
        yield server


def test_from_the_claim_to_the_credit_note_and_the_cause(office):
    made = office.database.play("open_claims", login=LOGIN)
    value = office.database.value
    with Visit(office.browser, office, PHONE) as customer:
        customer.log_in(LOGIN)
        claim(customer)
        assert not customer.find_overflow()
        case = value("SELECT id FROM ar_dispute WHERE account_id = %s", made["account"])
        office.set_language("admin", "en_US")
        with Visit(office.browser, office) as staff:
            staff.log_in("admin")
            staff.work_for(
                value("SELECT company_id FROM ar_dispute WHERE id = %s", case)
            )
            examine(staff, case)
            answer(customer, case)
            decide(staff, case)
            credit(staff)
            close(staff, case)
            assert not staff.errors
        customer.page.goto(f"/my/receivables/disputes/{case}")
        text = customer.page.inner_text("#wrap")
        assert "The slip is missing two boxes" in text
        assert not customer.find_overflow()
        documents = customer.page.locator("section[name=documents] a")
        assert documents.count() == 1
        documents.click()
        customer.page.wait_for_url("**/my/invoices/**")
        assert not customer.errors
    found = office.database.rows(
        "SELECT state, decision, amount, credited, still_disputed,"
        " root_cause_id IS NOT NULL, answered_date IS NOT NULL,"
        " acknowledged_date IS NOT NULL FROM ar_dispute WHERE id = %s",
        case,
    )
    assert found == [("closed", "founded", 100, 100, 0, True, True, True)]
    assert (
        value("SELECT amount_residual FROM account_move WHERE id = %s", made["invoice"])
        == 0
    )


def claim(visit: Visit) -> None:
    """Dispute the one open item, with a file, from a phone."""
    page = visit.page
    page.goto("/my/receivables")
    page.locator("a[href*='/my/receivables/disputes/new/']").first.click()
    page.locator("#claim_reason").select_option(index=1)
    page.fill("#claim_text", "Two boxes are missing")
    page.set_input_files("#claim_files", SLIP)
    page.click("form.o_ar_dispute_claim button[type=submit]")
    page.wait_for_url("**/my/receivables/disputes/*sent=claim")


def examine(visit: Visit, case: int) -> None:
    """Qualify the case, look into it, and ask the customer for something."""
    page = visit.page
    visit.open(f"{CASE}/{case}")
    choose(visit, "processor_id")
    visit.press("button[name=action_qualify]")
    visit.press("button[name=action_investigate]")
    visit.press("button:has-text('Wait for the customer')")
    page.fill(".modal [name=reason] textarea, .modal [name=reason] input", "The slip")
    visit.press(".modal footer button.btn-primary")


def answer(visit: Visit, case: int) -> None:
    """Write to whoever treats the case: this ends the waiting."""
    page = visit.page
    page.goto(f"/my/receivables/disputes/{case}")
    page.fill("form textarea[name=text]", "Here it is again")
    page.click("form:has(textarea[name=text]) button[type=submit]")
    page.wait_for_url("**sent=message")


def decide(visit: Visit, case: int) -> None:
    """Give the customer right, approve it, and answer."""
    page = visit.page
    visit.open(f"{CASE}/{case}")
    assert "Here it is again" in page.inner_text(".o-mail-Thread")
    visit.press(".o_notebook_headers a[name=decision]")
    page.locator(".o_field_widget[name=decision] input[type=radio]").first.check()
    page.fill(".o_field_widget[name=decision_note] textarea", WHY)
    visit.press("button[name=action_decide]")
    visit.press("button[name=action_approve]")
    visit.press("button[name=action_answer]")
    visit.press(".modal button[name=action_send_mail]")


WHY = "The slip is missing two boxes"


def credit(visit: Visit) -> None:
    """Make the credit note, and post it: Odoo takes it off the invoice."""
    visit.press("button[name=action_credit]")
    visit.press("button[name=action_post]")


def close(visit: Visit, case: int) -> None:
    """Say how it was resolved and what the cause was; close the case."""
    visit.open(f"{CASE}/{case}")
    visit.press(".o_notebook_headers a[name=decision]")
    choose(visit, "resolution_id")
    visit.press(".o_notebook_headers a[name=cause]")
    choose(visit, "root_cause_id")
    visit.press("button[name=action_close]")


def choose(visit: Visit, field: str) -> None:
    """Choose the first record that a field offers."""
    page = visit.page
    box = page.locator(f".o_field_widget[name={field}] input")
    if not box.input_value():
        box.click()
        page.keyboard.press("ArrowDown")
        page.locator(".o-autocomplete--dropdown-item").first.click()
