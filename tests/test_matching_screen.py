"""An accountant, a keyboard and fifty lines of the bank: all are decided without the
mouse, no key is lost, and what was not decided is not touched."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from browser_helpers import OdooServer, Visit, chromium, served
from common import wait_for

ADMIN, ACCOUNTANT = "admin", "gabrielle"
GROUPS = ("ar_best_practices.group_ar_collector", "account.group_account_user")
LOTS = count(1)
GRID = ".o_list_table[role=grid]"
ROWS = f"{GRID} .o_data_row"
CURSOR = f"{GRID} .o_ar_cursor"
SEARCH = ".o_searchview_input"


class Desk:
    """The screen of matching of an accountant, with a lot of payments of our own."""

    def __init__(self, visit: Visit, server: OdooServer, mark: str, lines: list[int]):
        self.visit, self.page, self.mark, self.lines = visit, visit.page, mark, lines
        self.database, self.call = server.database, server.call

    def find_payments(self) -> None:
        """Open the screen, look for our payments, and go back to them."""
        self.visit.open("/odoo/receivables-matching")
        assert self.has_keyboard()
        assert self.page.locator(CURSOR).count() == 1
        self.page.fill(SEARCH, self.mark)
        self.page.locator(".o_searchview_autocomplete").wait_for()
        self.page.keyboard.press("Enter")
        self.page.locator(".o_searchview_facet", has_text=self.mark).wait_for()
        self.visit.settle()
        self.page.keyboard.press("ArrowDown")
        assert self.has_keyboard()
        self.wait_for_rows(len(self.lines))

    def has_keyboard(self) -> bool:
        """Tell whether keys go to the payments."""
        return self.page.locator(GRID).evaluate("el => el === document.activeElement")

    def press(self, key: str, times: int = 1) -> None:
        """Press a key, as fast as a machine can."""
        for _time in range(times):
            self.page.keyboard.press(key)

    def read_states(self) -> list[str]:
        """Return the state of each of our payments now, in their order."""
        rows = self.database.rows(
            "SELECT DISTINCT ON (statement_line_id) state FROM ar_matching_proposal"
            " WHERE statement_line_id = ANY(%s) ORDER BY statement_line_id, id DESC",
            self.lines,
        )
        return [state for (state,) in rows]

    def wait_for(self, states: list[str], what: str) -> None:
        """Wait until our payments are in these states, and the screen is still."""
        wait_for(lambda: self.read_states() == states, what)
        self.visit.settle()

    def wait_for_rows(self, number: int) -> None:
        """Wait until so many payments are shown."""
        wait_for(lambda: self.page.locator(ROWS).count() == number, f"{number} rows")

    def wait_for_cursor(self, row: int) -> Any:
        """Wait until the cursor is on a row, counted from 0; return the row."""
        found = self.page.locator(ROWS).nth(row)
        wait_for(
            lambda: "o_ar_cursor" in (found.get_attribute("class") or ""),
            f"the cursor on row {row}",
        )
        return found

    def read_figure(self, name: str) -> str:
        """Return a figure above the list."""
        return self.page.locator(f".o_ar_matching [name={name}] b").inner_text()


@pytest.fixture(scope="module")
def browser():
    """A real Chromium."""
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def bank(template, browser) -> Iterator[OdooServer]:
    """A server on a copy of the demo company, with an accountant."""
    with served(template, "matching") as server:
        server.database.rows("UPDATE ir_cron SET active = FALSE")  # people only
        hire(server)
        yield server
        # the chat of Odoo itself writes twice at once, and tries again
        errors = [it for it in server.get_errors() if "discuss_channel" not in it]
        assert not errors


@pytest.fixture
def desk(bank, browser, request) -> Iterator[Desk]:
    """The accountant before the screen, with three new payments or as many as asked."""
    mark = f"LOT-{next(LOTS)}-"
    lines = report(bank, mark, getattr(request, "param", 3))
    with Visit(browser, bank) as visit:
        visit.log_in(ACCOUNTANT)
        yield Desk(visit, bank, mark, lines)
        assert not visit.errors


def hire(server: OdooServer) -> None:
    """Create a user who keeps the books of the administrator's company."""
    groups = [
        server.database.value(
            "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s",
            *group.split("."),
        )
        for group in GROUPS
    ]
    user = {
        "name": "Gabrielle Morvan",
        "login": ACCOUNTANT,
        "password": ACCOUNTANT,
        "lang": "en_US",
        "group_ids": [(6, 0, groups)],
    }
    server.call(ADMIN, "res.users", "create", user)


def report(server: OdooServer, mark: str, number: int) -> list[int]:
    """Write lines of the bank, each with the number of another open invoice."""
    invoices = server.database.rows(
        "SELECT move.name, line.amount_residual::float, journal.id, CURRENT_DATE::text"
        "  FROM account_move_line line"
        "  JOIN account_move move ON move.id = line.move_id"
        "  JOIN res_users person ON person.company_id = line.company_id"
        "  JOIN res_company company ON company.id = line.company_id"
        "  JOIN LATERAL (SELECT MIN(id) AS id FROM account_journal WHERE type = 'bank'"
        "                   AND company_id = line.company_id) journal ON TRUE"
        " WHERE person.login = %s AND move.move_type = 'out_invoice'"
        "   AND line.display_type = 'payment_term' AND line.parent_state = 'posted'"
        "   AND line.amount_residual = move.amount_total"
        "   AND line.currency_id = company.currency_id"
        "   AND NOT EXISTS (SELECT 1 FROM ar_matching_proposal_line item"
        "                    WHERE item.line_id = line.id)"
        # an invoice of the same amount and nearly the same number would be doubtful
        "   AND NOT EXISTS (SELECT 1 FROM account_move_line twin"
        "                    WHERE twin.amount_residual = line.amount_residual"
        "                      AND twin.id != line.id"
        "                      AND (SELECT COUNT(*)"
        "                             FROM generate_series(1, length(move.name)) place"
        "                            WHERE substr(move.name, place, 1)"
        "                               != substr(twin.move_name, place, 1)) < 2)"
        "   AND NOT EXISTS (SELECT 1 FROM account_bank_statement_line bank"
        "                    WHERE bank.payment_ref LIKE 'LOT-%%' || move.name)"
        " ORDER BY line.id DESC LIMIT %s",
        ACCOUNTANT,
        number,
    )
    assert len(invoices) == number, "the demo company has no more open invoices"
    lines = [
        {
            "journal_id": journal,
            "date": today,
            "payment_ref": f"{mark} {name}",
            "amount": amount,
        }
        for name, amount, journal, today in invoices
    ]
    created = server.call(ACCOUNTANT, "account.bank.statement.line", "create", lines)
    server.call(ACCOUNTANT, "ar.matching.proposal", "action_propose")
    return created


@pytest.mark.parametrize("desk", [50], indirect=True)
def test_fifty_payments_are_decided_by_the_keyboard(desk):
    desk.find_payments()
    assert desk.read_states() == ["certain"] * 50
    waiting = int(desk.read_figure("waiting"))
    desk.press("Enter", 20)
    desk.press("Delete", 3)
    desk.press("Enter", 27)
    expected = [*["matched"] * 20, *["unknown"] * 3, *["matched"] * 27]
    desk.wait_for(expected, "fifty payments decided by fifty keys")
    desk.wait_for_rows(3)
    assert desk.read_figure("waiting") == str(waiting - 47)
    desk.press("u")
    expected[-1] = "likely"  # what was undone, a person matches
    desk.wait_for(expected, "the last one undone")
    desk.wait_for_rows(4)
    assert desk.read_figure("waiting") == str(waiting - 46)
    assert not desk.page.locator(".o_notification").count()
    reconciled = desk.database.rows(
        "SELECT is_reconciled FROM account_bank_statement_line"
        " WHERE id = ANY(%s) ORDER BY id",
        desk.lines,
    )
    assert [done for (done,) in reconciled] == [it == "matched" for it in expected]


@pytest.mark.parametrize("desk", [5], indirect=True)
def test_the_cursor_shows_the_items_and_stays_where_it_was(desk):
    desk.find_payments()
    desk.press("ArrowDown", 9)
    desk.press("ArrowUp", 2)
    third = desk.wait_for_cursor(2)
    assert third.get_attribute("aria-selected") == "true"
    number = third.locator("td[name=items]").inner_text().split()[0]
    desk.press("Space")
    items = desk.page.locator(".o_ar_matching_items tr:has(td)")
    items.wait_for()
    assert number in items.inner_text()
    desk.press("Space")
    items.wait_for(state="detached")
    following = desk.page.locator(ROWS).nth(3).locator("td[name=text]").inner_text()
    desk.press("Enter")
    desk.wait_for(["certain"] * 2 + ["matched"] + ["certain"] * 2, "the third")
    desk.wait_for_rows(4)
    now = desk.wait_for_cursor(2)
    assert now.locator("td[name=text]").inner_text() == following
    desk.press("?")
    desk.page.locator(".o_ar_keys kbd").nth(8).wait_for()
    desk.page.locator(CURSOR).locator("[name=accept]").click()
    desk.wait_for(["certain"] * 2 + ["matched"] * 2 + ["certain"], "the mouse")
    assert desk.has_keyboard()


def test_a_correction_is_opened_by_a_key_and_can_be_undone(desk):
    desk.find_payments()
    desk.press("e")
    dialog = desk.page.locator(".modal")
    dialog.locator("[name=action_apply]").wait_for()
    desk.visit.settle()
    desk.press("Escape")
    dialog.wait_for(state="detached")
    desk.visit.settle()
    assert desk.has_keyboard()
    assert desk.read_states() == ["certain"] * 3
    desk.press("e")
    desk.visit.settle()
    desk.visit.press(".modal [name=action_apply]")
    desk.wait_for(["matched", "certain", "certain"], "the correction")
    desk.wait_for_rows(2)
    assert desk.has_keyboard()
    desk.press("u")
    wait_for(lambda: desk.read_states()[0] != "matched", "the correction undone")
    desk.visit.settle()
    desk.wait_for_rows(3)


@pytest.mark.parametrize("desk", [1], indirect=True)
def test_a_dialog_that_opens_keeps_other_keys_from_its_row(desk):
    desk.find_payments()
    for key in ("e", "ArrowUp", "Enter", "Delete"):
        desk.press(key)
    dialog = desk.page.locator(".modal")
    dialog.locator("[name=action_apply]").wait_for()
    desk.visit.settle()
    assert desk.read_states() == ["certain"]
    desk.press("Escape")
    dialog.wait_for(state="detached")
    desk.press("Enter")
    desk.wait_for(["matched"], "it, once it is closed")


@pytest.mark.parametrize("desk", [1], indirect=True)
def test_without_the_network_nothing_is_matched_and_nothing_to_undo(desk):
    desk.find_payments()
    desk.page.route("**/action_match", lambda route: route.abort())
    desk.press("Enter")
    desk.page.locator(".o_notification", has_text="Connection lost").wait_for()
    desk.page.unroute("**/action_match")
    desk.press("u")
    desk.page.locator(".o_notification", has_text="Nothing was matched").wait_for()
    assert desk.read_states() == ["certain"]
    desk.press("Enter")
    desk.wait_for(["matched"], "it, with the network")
    desk.visit.errors.clear()  # the browser noted that the network was away


def test_what_one_types_in_the_search_decides_nothing(desk):
    desk.find_payments()
    desk.page.locator(SEARCH).focus()
    desk.page.keyboard.type("eu")
    for key in ("Backspace", "Delete", "Space"):
        desk.press(key)
    desk.visit.settle()
    shown = ".modal, .o_notification, .o_ar_matching_items, .o_ar_busy"
    assert not desk.page.locator(shown).count()
    assert desk.read_states() == ["certain"] * 3


def test_who_comes_too_late_is_told_and_goes_on(desk):
    desk.find_payments()
    first = desk.database.value(
        "SELECT id FROM ar_matching_proposal WHERE statement_line_id = %s",
        desk.lines[0],
    )
    desk.call(ADMIN, "ar.matching.proposal", "action_match", [first])
    desk.press("Enter", 2)
    desk.wait_for(["matched", "matched", "certain"], "the second")
    assert desk.page.locator(".o_notification").count() == 1
    desk.wait_for_rows(1)


def test_a_figure_opens_its_payments(desk):
    desk.visit.open("/odoo/receivables-matching")
    for name in ("unknown", "certain"):
        desk.visit.press(f".o_ar_matching [name={name}]")
        desk.wait_for_rows(int(desk.read_figure(name)))
    amount = desk.read_figure("age_8_30")
    desk.visit.press(".o_ar_matching [name=age_8_30]")
    assert desk.page.locator(".o_facet_value").count() == 2
    assert amount != desk.read_figure("age_0_2")


def test_all_that_is_certain_by_one_button(desk):
    desk.visit.open("/odoo/receivables-matching")
    desk.visit.press(".o_ar_matching [name=match_certain]")
    desk.wait_for(["matched"] * 3, "all that is certain")
    wait_for(lambda: desk.read_figure("certain") == "0", "the figures read again")
