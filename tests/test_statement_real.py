"""Statements of account by a real mail server: each customer gets exactly one."""

import io
import re

import pytest
from PyPDF2 import PdfReader

COUNT = 100
BATCH = 10
KILLED_AT = 4 * BATCH  # the last of a batch: what else a claim holds is unknown too
LINK = re.compile(r"/receivables/statement/(\d+)/\d{4}-\d\d-\d\d_[0-9a-f]{64}")


def _statements(database, campaign):
    """Return {message id: (id, address, state, reason)} of a campaign."""
    rows = database.rows(
        "SELECT message_id, id, email, state, reason FROM ar_statement"
        " WHERE campaign_id = %s",
        campaign,
    )
    return {number: row for number, *row in rows}


def _state(database, campaign):
    return database.value(
        "SELECT state FROM ar_statement_campaign WHERE id = %s", campaign
    )


@pytest.fixture
def killed(database, sink):
    """A campaign whose job was killed in the middle of a mail."""
    from common import wait_for

    scene = database.play("begin_statements", port=sink.port, count=COUNT)
    sink.hold_at = KILLED_AT
    job = database.actor("send_statements", batch=BATCH)
    wait_for(lambda: len(sink.mails) == KILLED_AT, "a mail in the middle")
    database.play("process_queue")  # Odoo's own queue runs meanwhile
    job.kill()
    sink.gate.set()
    return scene


def test_a_killed_job_goes_on_and_each_customer_gets_exactly_one(
    database, sink, killed
):
    campaign = killed["campaign"]
    in_flight = sink.mails[KILLED_AT - 1].number
    database.play("process_queue")
    assert len(sink.mails) == KILLED_AT
    database.play("send_statements")
    rows = _statements(database, campaign)
    assert len(rows) == COUNT
    assert sink.counts() == dict.fromkeys(rows, 1)
    reached = [address for mail in sink.mails for address in mail.recipients]
    assert sorted(reached) == sorted(email for _id, email, _s, _r in rows.values())
    assert len(set(reached)) == COUNT
    unknown = {number for number, row in rows.items() if row[2] == "unknown"}
    assert unknown == {in_flight}
    assert rows[in_flight][3]  # says why
    assert {row[2] for row in rows.values()} == {"sent", "unknown"}
    assert _state(database, campaign) == "done"
    database.play("send_statements")
    assert len(sink.mails) == COUNT
    check_mails(sink.mails, rows, killed["catchall"])


def check_mails(mails, rows, catchall):
    """Each mail has its own link, no file, and asks for answers to the company."""
    for mail in mails:
        (number,) = set(LINK.findall(mail.html))
        assert int(number) == rows[mail.number][0]
        assert not list(mail.message.iter_attachments())
        assert "100" in mail.html
        if catchall:
            assert catchall in mail.message["Reply-To"]


def test_the_pdf_of_the_customer_goes_along_when_it_is_wanted(database, sink):
    scene = database.play("begin_statements", port=sink.port, count=5, attach=True)
    database.play("send_statements")
    rows = _statements(database, scene["campaign"])
    assert {row[2] for row in rows.values()} == {"sent"}
    assert len(sink.mails) == 5
    for mail in sink.mails:
        (file,) = mail.message.iter_attachments()
        assert file.get_content_type() == "application/pdf"
        pages = PdfReader(io.BytesIO(file.get_content())).pages
        name = rows[mail.number][1].split("@")[0]
        words = " ".join(pages[0].extract_text().split())
        assert re.search(rf"Customer {name}\b", words)
