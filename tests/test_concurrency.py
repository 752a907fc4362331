"""Several processes at once, and one that dies: each on a copy of the demo company."""

from pathlib import Path

import pytest


def _mailed(database, run):
    """Return {message id: state} of the notices of a run that go by mail."""
    return dict(
        database.rows(
            "SELECT COALESCE(message_id, 'none ' || id), state"
            "  FROM ar_dunning_notice WHERE run_id = %s AND channel = 'mail'",
            run,
        )
    )


def _state(database, run):
    return database.value("SELECT state FROM ar_dunning_run WHERE id = %s", run)


# ----------------------------------------------------------------------
# Sending
# ----------------------------------------------------------------------


def test_two_sending_jobs_at_once_send_every_mail_exactly_once(database, sink, gate):
    from common import wait_for

    run = database.play("approve_run", port=sink.port)["run"]
    sink.hold_at = 1  # the first job cannot finish before the second one sends too
    jobs = [database.actor("send", batch=2, gate=gate.key) for _job in range(2)]
    gate.wait_for_actors(2)
    gate.open()
    wait_for(lambda: len({mail.peer for mail in sink.mails}) > 1, "two senders")
    sink.gate.set()
    for job in jobs:
        job.result()
    database.play("send")  # what a job asks for that met the other one at the end
    mailed = _mailed(database, run)
    assert set(mailed.values()) == {"sent"}
    assert sink.counts() == dict.fromkeys(mailed, 1)
    assert len(mailed) > 10
    assert _state(database, run) == "done"


@pytest.fixture
def killed(database, sink):
    """A run whose job was killed in the middle of a mail; the number of its mails."""
    from common import wait_for

    run = database.play("approve_run", port=sink.port)["run"]
    sink.hold_at = 4
    job = database.actor("send", batch=1)  # the claim holds what is in flight only
    wait_for(lambda: len(sink.mails) == 4, "the fourth mail")
    database.play("process_queue")  # Odoo's own queue runs meanwhile
    job.kill()
    assert len(sink.mails) == 4
    sink.gate.set()
    return run


def test_what_a_killed_job_left_is_unknown_and_the_rest_goes_on(database, sink, killed):
    in_flight = sink.mails[3].number
    assert _mailed(database, killed)[in_flight] == "sending"
    database.play("process_queue")
    assert len(sink.mails) == 4
    database.play("send")
    mailed = _mailed(database, killed)
    unknown = [number for number, state in mailed.items() if state == "unknown"]
    assert unknown == [in_flight]
    assert set(mailed.values()) == {"sent", "unknown"}
    assert sink.counts() == dict.fromkeys(mailed, 1)
    assert _state(database, killed) == "done"
    database.play("send")
    assert sink.counts() == dict.fromkeys(mailed, 1)


def test_a_person_decides_what_became_of_an_unknown_mail(database, sink, killed):
    database.play("send")
    ((notice, account),) = database.rows(
        "SELECT id, account_id FROM ar_dunning_notice"
        " WHERE state = 'unknown' AND channel = 'mail'"
    )
    count = len(sink.mails)
    statement = "SELECT last_notice_date FROM ar_account WHERE id = %s"
    assert database.value(statement, account) is None
    database.play("say_sent", notices=[notice])
    assert database.value(statement, account)
    database.rows(
        "UPDATE ar_dunning_notice SET state = 'unknown' WHERE id = %s", notice
    )
    database.play("send_again", notices=[notice], port=sink.port)
    assert len(sink.mails) == count + 1
    assert set(_mailed(database, killed).values()) == {"sent"}


def test_a_killed_job_sends_no_sms_twice(database, gate, tmp_path):
    run = database.play("approve_sms_run")
    left = tmp_path / "left"
    job = database.actor("send_sms", left=str(left), gate=gate.key)
    gate.wait_for_actors()
    job.kill()
    gate.open()
    assert len(left.read_text().split()) == 2
    database.play("send_sms", left=str(left))
    states = dict(
        database.rows(
            "SELECT state, COUNT(*) FROM ar_dunning_notice"
            " WHERE run_id = %s AND channel = 'sms' GROUP BY state",
            run,
        )
    )
    uuids = left.read_text().split()
    assert len(uuids) == len(set(uuids)) == states["sent"] + 1
    assert states.pop("unknown") == 1
    assert states["sent"] > 2
    assert set(states) == {"sent"}


def test_a_slow_mail_server_makes_nothing_unknown(database, sink):
    """The claim is old, its process is alive: another job keeps its hands off."""
    from common import wait_for

    run = database.play("approve_run", port=sink.port)["run"]
    sink.hold_at = 1
    slow = database.actor("send", batch=100)
    wait_for(lambda: sink.mails, "the first mail")
    database.rows(
        "UPDATE ar_dunning_notice SET claim_date = claim_date - interval '1 hour'"
        " WHERE id IN (SELECT id FROM ar_dunning_notice WHERE state = 'sending'"
        "                 FOR UPDATE SKIP LOCKED)"
    )
    database.play("send")
    assert "unknown" not in _mailed(database, run).values()
    sink.gate.set()
    slow.result()
    mailed = _mailed(database, run)
    assert set(mailed.values()) == {"sent"}
    assert sink.counts() == dict.fromkeys(mailed, 1)


# ----------------------------------------------------------------------
# Refresh and payments
# ----------------------------------------------------------------------


def test_two_payments_during_the_nightly_refresh_neither_wait_nor_retry(database, gate):
    debt = database.play("owe_twice")
    refresh = database.actor("refresh_all", gate=gate.key)
    gate.wait_for_actors()
    database.play("pay_both", invoices=debt["invoices"], milliseconds=1000)
    gate.open()
    refresh.result()
    statement = "SELECT settled_count FROM ar_account WHERE id = %s"
    assert database.value(statement, debt["account"]) == 0
    assert database.value("SELECT COUNT(*) FROM ar_account_dirty") > 0
    database.play("refresh_dirty")
    assert database.value(statement, debt["account"]) == 2
    assert database.value("SELECT COUNT(*) FROM ar_account_dirty") == 0


def test_a_payment_does_not_wait_for_a_refresh_that_makes_its_account(database, gate):
    """A ledger loaded without our hooks: the refresh makes the missing accounts."""
    debt = database.play("owe_twice")
    database.rows(
        "DELETE FROM ar_account_decision WHERE account_id = %s", debt["account"]
    )
    database.rows("DELETE FROM ar_account WHERE id = %s", debt["account"])
    refresh = database.actor("refresh_all", gate=gate.key)
    gate.wait_for_actors()
    database.play("pay_both", invoices=debt["invoices"], milliseconds=1000)
    gate.open()
    refresh.result()


def test_a_refresh_gets_over_an_account_that_a_person_changes_meanwhile(database, gate):
    debt = database.play("owe_twice")
    database.rows(
        "INSERT INTO ar_account_dirty (company_id, partner_id)"
        " SELECT company_id, partner_id FROM ar_account WHERE id = %s",
        debt["account"],
    )
    database.rows(
        "UPDATE ar_account SET settled_count = 77 WHERE id = %s", debt["account"]
    )
    refresh = database.actor("refresh_dirty_slowly", gate=gate.key)
    gate.wait_for_actors()
    database.play("write_account", account=debt["account"], insured=True)
    gate.open()
    refresh.result()
    ((count, insured),) = database.rows(
        "SELECT settled_count, insured FROM ar_account WHERE id = %s", debt["account"]
    )
    assert (count, insured) == (0, True)
    assert database.value("SELECT COUNT(*) FROM ar_account_dirty") == 0


# ----------------------------------------------------------------------
# Proposals and accounts
# ----------------------------------------------------------------------


def test_of_two_proposals_at_once_one_is_kept_and_the_other_says_why(database, gate):
    from common import wait_for

    first = database.actor("propose", gate=gate.key)
    gate.wait_for_actors()
    second = database.actor("propose")
    wait_for(lambda: database.waiting() >= 2, "the second proposal waits")
    gate.open()
    answers = [first.result(), second.result()]
    ((run,),) = database.rows("SELECT id FROM ar_dunning_run WHERE state = 'proposed'")
    lost = [answer for answer in answers if answer["run"] != run]
    assert len(lost) == 1
    ((state,),) = database.rows(
        "SELECT state FROM ar_dunning_run WHERE id = %s", lost[0]["run"]
    )
    refused = lost[0]["error"] and state == "draft"
    replaced = not lost[0]["error"] and state == "cancelled"
    assert refused or replaced
    if refused:
        assert "not finished" in lost[0]["error"]


def test_two_transactions_that_make_one_account_get_the_same_one(database, gate):
    from common import wait_for

    customer = database.play("create_customer")
    first = database.actor("ensure", partner=customer, gate=gate.key)
    gate.wait_for_actors(1)
    second = database.actor("ensure", partner=customer)
    wait_for(lambda: database.waiting() == 2, "the second one behind the first")
    gate.open()
    assert first.result() == second.result()
    accounts = "SELECT COUNT(*) FROM ar_account WHERE partner_id = %s"
    assert database.value(accounts, customer) == 1


# ----------------------------------------------------------------------
# Matching
# ----------------------------------------------------------------------


def test_two_accountants_and_the_job_match_a_payment_once(database, gate):
    made = database.play("wait_to_match")
    people = [
        database.actor("match", proposal=made["proposal"], gate=gate.key)
        for _two in range(2)
    ]
    job = database.actor("match_by_job", gate=gate.key)
    gate.wait_for_actors(3)
    gate.open()
    told = [person.result() for person in people]
    job.result()
    ((state, automatic),) = database.rows(
        "SELECT state, is_automatic FROM ar_matching_proposal WHERE id = %s",
        made["proposal"],
    )
    assert state == "matched"
    assert told.count("") == (0 if automatic else 1)
    for words in filter(None, told):
        assert "matched this payment meanwhile" in words or "works on this" in words
    partials = (
        "SELECT COUNT(*), SUM(amount) FROM account_partial_reconcile part"
        " JOIN account_move_line line ON line.id = part.debit_move_id"
        " WHERE line.move_id = %s"
    )
    assert database.rows(partials, made["invoice"]) == [(1, 100)]


# ----------------------------------------------------------------------
# Bank files
# ----------------------------------------------------------------------

BANK_FILE = (
    Path(__file__).parents[1] / "ar_best_practices/tests/data/bank/camt_053_v02.xml"
)


def _count_bank_lines(database):
    return database.value(
        "SELECT COUNT(*) FROM account_bank_statement_line"
        " WHERE ar_import_ref IS NOT NULL"
    )


def test_who_imports_a_bank_file_while_somebody_does_is_told(database, gate):
    first = database.actor("import_bank_file", path=str(BANK_FILE), gate=gate.key)
    gate.wait_for_actors()
    second = database.play("import_bank_file", path=str(BANK_FILE))
    assert "Somebody else is importing" in second["error"]
    gate.open()
    assert first.result() == {"lines": 8, "error": ""}
    assert _count_bank_lines(database) == 8


def test_who_read_the_books_before_the_other_import_adds_nothing(database, gate):
    late = database.actor(
        "import_bank_file", path=str(BANK_FILE), gate=gate.key, early=True
    )
    gate.wait_for_actors()
    assert database.play("import_bank_file", path=str(BANK_FILE))["lines"] == 8
    gate.open()
    assert "imported by somebody else" in late.result()["error"]
    assert _count_bank_lines(database) == 8
