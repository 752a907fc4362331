"""Fixtures of the ring that crosses addons. Imports stay inside: the quick ring below
has neither Odoo nor PostgreSQL."""

import os

import pytest


@pytest.fixture(scope="module")
def template():
    """The name of the database with the demo company, which tests copy."""
    name = os.environ.get("AR_TEST_TEMPLATE")
    if not name:
        pytest.skip("AR_TEST_TEMPLATE names no database to copy")
    return name


@pytest.fixture
def database(request, template):
    """A copy of the demo company for one test."""
    from common import Database

    copy = Database.copied(template, "copy")
    yield copy
    copy.drop()


@pytest.fixture
def sink():
    """A mail server of our own."""
    from sink import Sink

    server = Sink()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def gate(database):
    """A gate before which actors may be made to wait."""
    from common import Gate

    made = Gate(database, 4711)
    yield made
    made.open()
