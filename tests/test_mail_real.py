"""Reminders by a real mail server: what arrives, and what happens without one."""

import re
import unicodedata

import pytest

# the last line of Odoo's standard mail layouts
LAYOUT = "utm_source=db"
NOTICES = """
    SELECT notice.id, notice.message_id, notice.email, notice.lang, notice.state,
           notice.failure_reason, partner.name
      FROM ar_dunning_notice notice
      JOIN res_partner partner ON partner.id = notice.partner_id
     WHERE notice.run_id = %s AND notice.channel = 'mail'
"""
COLUMNS = ("id", "number", "email", "lang", "state", "failure", "customer")


def _notices(database, run):
    rows = database.rows(NOTICES, run)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def _plain(text):
    return unicodedata.normalize("NFC", text)


@pytest.fixture(scope="module")
def house(template):
    """A copy of the demo company and a mail server, for all tests that only look."""
    from common import Database
    from sink import Sink

    database, sink = Database.copied(template, "mail"), Sink()
    sink.start()
    yield database, sink
    sink.stop()
    database.drop()


@pytest.fixture(scope="module")
def sent(house):
    """A run of the demo company that left: its facts, its notices and their mails."""
    database, sink = house
    scene = database.play("approve_run", port=sink.port, attach=True)
    database.play("send")
    notices = _notices(database, scene["run"])
    mails = {mail.number: mail for mail in sink.mails}
    return scene, [(notice, mails.get(notice["number"])) for notice in notices]


def test_every_mail_notice_arrives_once_at_its_contact(house, sent):
    (database, sink), (scene, pairs) = house, sent
    assert len(pairs) > 10
    assert {notice["state"] for notice, _mail in pairs} == {"sent"}
    assert sink.counts() == {notice["number"]: 1 for notice, _mail in pairs}
    for notice, mail in pairs:
        assert mail.recipients == [notice["email"]]
        assert notice["email"] in mail.message["To"]
        assert mail.message["Subject"].strip()
    statement = "SELECT state FROM ar_dunning_run WHERE id = %s"
    assert database.value(statement, scene["run"]) == "done"


def test_mails_come_from_the_company_and_ask_for_answers_to_it(sent):
    scene, pairs = sent
    for _notice, mail in pairs:
        assert scene["company"] in str(mail.message["From"])
        assert scene["catchall"] in mail.message["Reply-To"]
        assert scene["company"] in str(mail.message["Reply-To"])


def test_mails_have_odoo_s_layout_and_the_language_of_the_contact(sent):
    _scene, pairs = sent
    languages = {notice["lang"] for notice, _mail in pairs}
    assert {"fr_FR", "en_US"} <= languages
    for notice, mail in pairs:
        language = re.search(r"<html[^>]*\blang=\"([^\"]+)\"", mail.html)
        assert language.group(1) == notice["lang"]
        assert LAYOUT in mail.html
        assert mail.message.get_body(("plain",)).get_content().strip()
        subtype = mail.message.get_content_type()
        assert subtype in ("multipart/alternative", "multipart/mixed")


def test_mails_ask_for_the_items_of_their_notice(house, sent):
    (database, _sink), (_scene, pairs) = house, sent
    for notice, mail in pairs:
        rows = database.rows(
            "SELECT number FROM ar_dunning_notice_line"
            " WHERE notice_id = %s AND included AND amount > 0",
            notice["id"],
        )
        assert rows
        text = _plain(mail.html)
        for (number,) in rows:
            assert number in text


def test_a_level_that_attaches_invoices_takes_those_it_asks_for(house, sent):
    (database, _sink), (_scene, pairs) = house, sent
    for notice, mail in pairs:
        ((asked,),) = database.rows(
            "SELECT COUNT(DISTINCT line.move_id) FROM ar_dunning_notice_line line"
            "  JOIN ar_dunning_notice notice ON notice.id = line.notice_id"
            "  JOIN ar_dunning_level level ON level.id = notice.level_id"
            "  JOIN account_move move ON move.id = line.move_id"
            " WHERE notice.id = %s AND level.attach_invoices"
            "   AND line.included AND move.move_type IN ('out_invoice', 'out_refund')",
            notice["id"],
        )
        files = [part.get_content_type() for part in mail.message.iter_attachments()]
        assert files == ["application/pdf"] * asked
    assert any(list(mail.message.iter_attachments()) for _notice, mail in pairs)


def test_odoo_s_own_queue_sends_none_of_our_mails(house, sent):
    (database, sink), (_scene, pairs) = house, sent
    database.play("process_queue")
    assert len(sink.mails) == len(pairs)


def test_without_mail_server_all_fail_with_a_reason_and_go_later(database, sink):
    from sink import free_port

    scene = database.play("approve_run", port=free_port())
    database.play("send")
    notices = _notices(database, scene["run"])
    assert {notice["state"] for notice in notices} == {"failed"}
    assert all("refused" in notice["failure"] for notice in notices)
    assert not sink.mails
    levels = "SELECT COUNT(*) FROM ar_dunning_notice WHERE sent_date IS NOT NULL AND {}"
    assert not database.value(levels.format("channel = 'mail'"))
    database.play("process_queue")
    assert not sink.mails
    numbers = [notice["id"] for notice in notices]
    database.play("send_again", notices=numbers, port=sink.port)
    again = _notices(database, scene["run"])
    assert {notice["state"] for notice in again} == {"sent"}
    assert sink.counts() == {notice["number"]: 1 for notice in again}


def test_a_server_that_hangs_up_leaves_one_mail_unknown_and_takes_the_rest(
    database, sink
):
    sink.drop_at = 3
    scene = database.play("approve_run", port=sink.port)
    database.play("send")
    lost = sink.mails[2].number
    notices = _notices(database, scene["run"])
    unknown = [n["number"] for n in notices if n["state"] == "unknown"]
    assert unknown == [lost]
    assert {notice["state"] for notice in notices} == {"sent", "unknown"}
    assert sink.counts() == {notice["number"]: 1 for notice in notices}


def test_an_address_that_the_server_refuses_fails_alone(database, sink):
    sink.refuse_at = 2
    scene = database.play("approve_run", port=sink.port)
    database.play("send")
    notices = _notices(database, scene["run"])
    failed = [notice for notice in notices if notice["state"] == "failed"]
    assert [notice["email"] for notice in failed] == sink.refused
    assert "no such user" in failed[0]["failure"]
    assert {n["state"] for n in notices if n not in failed} == {"sent"}
    assert len(sink.mails) == len(notices) - 1
