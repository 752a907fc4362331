"""A customer and a real browser: two invoices paid by Odoo's demo provider."""

import pytest
from browser_helpers import PHONE, WIDE, Visit, chromium, served
from common import wait_for

LOGIN = "camille"


@pytest.fixture(scope="module")
def shop(template):
    """A server whose company accepts electronic payments."""
    with chromium() as browser, served(template, "portal", ("payment_demo",)) as server:
        server.browser = browser
        yield server


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_customer_pays_two_invoices_and_all_that_hung_on_them_is_settled(shop, size):
    login = f"{LOGIN}_{size.width}"
    made = shop.database.play("open_portal", login=login)
    value, invoices = shop.database.value, tuple(made["invoices"])

    def ask(table, column, number):
        return value(f"SELECT {column} FROM {table} WHERE id = %s", number)

    assert ask("ar_payment_promise", "state", made["promise"]) == "open"
    assert ask("ar_account", "hold_state", made["account"]) == "hold"
    with Visit(shop.browser, shop, size) as visit:
        visit.log_in(login)
        pay(visit)
        assert not visit.find_overflow()
        assert not visit.errors
    left = "SELECT SUM(amount_residual), MIN(payment_state) FROM account_move"
    ((rest, state),) = shop.database.rows(f"{left} WHERE id IN %s", invoices)
    assert (rest, state) == (0, "in_payment") or (rest, state) == (0, "paid")
    wait_for(
        lambda: ask("ar_payment_promise", "state", made["promise"]) == "kept",
        "the promise to be kept",
    )
    wait_for(
        lambda: ask("ar_account", "hold_state", made["account"]) == "none",
        "the hold to be released",
    )
    assert value(
        "SELECT COUNT(*) FROM ar_account_decision"
        " WHERE account_id = %s AND code = 'release' AND reason <> ''",
        made["account"],
    )


def pay(visit: Visit) -> None:
    """Choose both items, and pay them by the demo provider."""
    page = visit.page
    page.goto("/my/receivables")
    boxes = page.locator("input[name=items]")
    assert boxes.count() == 2
    for number in range(2):
        boxes.nth(number).check()
    page.click("button[name=pay]")
    page.wait_for_selector("#o_payment_form")
    page.locator("input[name=o_payment_radio]").first.check()
    page.fill("#customer_input", "4242 4242 4242 4242")
    page.click("button[name=o_payment_submit_button]")
    page.wait_for_url("**/my/receivables**")
    page.wait_for_selector("text=/Nothing|Rien/")
