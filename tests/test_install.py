"""The base comes on a database with books, goes, and comes again; so do disputes."""

import pytest

ADDON = "ar_best_practices"
INSTALLED = "SELECT name FROM ir_module_module WHERE state = 'installed'"
TABLES = "SELECT relname FROM pg_class WHERE relname LIKE 'ar\\_%' AND relkind = 'r'"
INDEXES = "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'ar\\_%'"
COLUMNS = """
    SELECT table_name || '.' || column_name FROM information_schema.columns
     WHERE column_name LIKE 'ar\\_%' AND table_schema = 'public'
"""
MARKED = """
    SELECT COUNT(*) FROM account_move_line
     WHERE no_followup AND display_type = 'payment_term'
"""
SEQUENCES = "SELECT COUNT(*) FROM ir_sequence WHERE code LIKE 'ar.dispute%'"


def _facts(database):
    """Return what the database and Odoo say of the suite."""
    return {
        "installed": {name for (name,) in database.rows(INSTALLED)},
        "tables": [name for (name,) in database.rows(TABLES)],
        "indexes": [name for (name,) in database.rows(INDEXES)],
        "columns": [name for (name,) in database.rows(COLUMNS)],
    }


@pytest.fixture(scope="module")
def books():
    """A database with Odoo's accounting and a few paid and open invoices."""
    from common import NOTHING, Database

    database = Database.copied(NOTHING, "install")
    database.odoo("-i", "account", "--skip-auto-install")
    database.play("open_books")
    yield database
    database.drop()


@pytest.fixture(scope="module")
def installed(books):
    """The base on it with its manifest's dependencies only."""
    books.odoo("-i", ADDON, "--skip-auto-install")
    accounts = "SELECT settled_count, behavior_date IS NOT NULL FROM ar_account"
    return _facts(books) | {"accounts": books.rows(accounts)}


@pytest.fixture(scope="module")
def uninstalled(books, installed):
    """The base gone again, and an invoice posted and paid after it."""
    books.play("uninstall", addon=ADDON)
    return _facts(books) | books.play("inspect") | {"trade": books.play("trade")}


@pytest.fixture(scope="module")
def installed_again(books, uninstalled):
    """The base come back, and an invoice posted and paid with it."""
    books.odoo("-i", ADDON, "--skip-auto-install")
    trade = books.play("trade")
    books.play("refresh_dirty")
    accounts = "SELECT settled_count, behavior_date IS NOT NULL FROM ar_account"
    return _facts(books) | {"accounts": books.rows(accounts), "trade": trade}


def test_the_base_needs_neither_sales_nor_stock(installed):
    assert ADDON in installed["installed"]
    assert not installed["installed"] & {"sale", "stock", "sale_management"}


def test_what_was_invoiced_before_has_accounts_and_behaviour(installed):
    assert installed["accounts"] == [(6, True)]
    assert "ar_open_item_index" in installed["indexes"]


def test_uninstalling_leaves_nothing_in_the_database(uninstalled):
    assert ADDON not in uninstalled["installed"]
    assert not uninstalled["tables"]
    assert not uninstalled["indexes"]
    assert not uninstalled["columns"]


def test_uninstalling_leaves_odoo_able_to_post_and_pay(uninstalled):
    assert not uninstalled["models"]
    assert not uninstalled["fields"]
    assert not uninstalled["crons"]
    assert uninstalled["views"] == []
    assert uninstalled["trade"] == ["not_paid", "paid"]


def test_the_base_comes_back(installed_again):
    assert ADDON in installed_again["installed"]
    assert installed_again["trade"] == ["not_paid", "paid"]
    assert installed_again["accounts"] == [(8, True)]


@pytest.fixture(scope="module")
def undisputed(books, installed_again):
    """Disputes come, an invoice is disputed as a whole, and they go again."""
    books.odoo("-i", "ar_dispute", "--skip-auto-install")
    marked = books.play("dispute_all")
    books.play("uninstall", addon="ar_dispute")
    return _facts(books) | {
        "marked": marked,
        "still_marked": books.value(MARKED),
        "sequences": books.value(SEQUENCES),
        "trade": books.play("trade"),
    }


def test_without_disputes_every_item_may_be_reminded_again(undisputed):
    assert undisputed["marked"] == 1
    assert undisputed["still_marked"] == 0


def test_disputes_leave_nothing_behind_and_the_base_goes_on(undisputed):
    assert ADDON in undisputed["installed"]
    left = (*undisputed["tables"], *undisputed["columns"], *undisputed["indexes"])
    assert not [name for name in left if "dispute" in name]
    assert not undisputed["sequences"]
    assert undisputed["trade"] == ["not_paid", "paid"]
