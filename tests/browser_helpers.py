"""A real Odoo server, a real Chromium, and what a person expects of every screen."""

import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import polib
import pytest
from common import Database, wait_for
from playwright.sync_api import sync_playwright
from sink import free_port

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 60_000  # milliseconds
FRENCH = sorted(Path(__file__).parents[1].glob("ar_*/i18n/fr.po"))
WORD = re.compile(r"[^\W\d_]{3}")
PLACE = re.compile(r"%(?:\(\w+\))?[sd]")

# Counts the calls under way: a screen is ready when none is, for some frames.
COUNT_CALLS = """(() => {
    window.arCalls = 0;
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...args) {
        window.arCalls++;
        this.addEventListener("loadend", () => window.arCalls--);
        return send.apply(this, args);
    };
    const get = window.fetch;
    window.fetch = (...args) => {
        window.arCalls++;
        return get(...args).finally(() => window.arCalls--);
    };
})()"""
IS_QUIET = """() => {
    const shown = document.querySelector(
        ".o_action_manager > :not(:empty), .o_portal_wrap");
    const busy = window.arCalls || document.querySelector(".o_loading_indicator");
    window.arQuiet = busy || !shown ? 0 : (window.arQuiet || 0) + 1;
    if (window.arQuiet < 8) return false;
    window.arQuiet = 0;
    return true;
}"""
# Only tables may be wider than the screen, inside a box of their own that scrolls.
FIND_OVERFLOW = """width => {
    const boxes = `.o_list_renderer, .table-responsive, .o_pivot, .o_kanban_grouped,
        .o_notebook_headers, .settings_tab, .o_statusbar_status, .o_ar_preview,
        .o-mail-Chatter-topbar,
        .o_account_move_form_view .o_kanban_renderer`;
    const pages = `html, body, .o_web_client, .o_action_manager, .o_action,
        .o_content:not(:has(.o_kanban_grouped)),
        .o_form_renderer, .o_form_sheet_bg, .o_form_sheet, .o_settings_container,
        .o_kanban_renderer:not(.o_kanban_grouped), .modal-content, .modal-body`;
    const found = [];
    for (const element of document.querySelectorAll(pages)) {
        if (element.scrollWidth > element.clientWidth + 1 && !element.closest(boxes)) {
            found.push(`${element.className || element.tagName}: `
                + `${element.scrollWidth} > ${element.clientWidth}`);
        }
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || parent.closest(boxes)) continue;
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        const { right, width: wide } = range.getBoundingClientRect();
        const cut = parent.closest(".text-truncate, .o_list_table, .o_breadcrumb");
        if (parent.checkVisibility() && wide > 1 && right > width + 1 && !cut) {
            found.push(`"${walker.currentNode.data.trim()}" ends at ${right}`);
        }
    }
    return found;
}"""
# What is read on the screen or by hovering; messages and records are people's words.
FIND_TEXTS = """() => {
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!parent.checkVisibility()) continue;
        if (parent.closest("script, style, .o-mail-Thread")) continue;
        found.add(walker.currentNode.data);
    }
    for (const name of ["placeholder", "title", "aria-label", "data-tooltip"]) {
        for (const element of document.querySelectorAll(`[${name}]`)) {
            if (element.checkVisibility()) found.add(element.getAttribute(name));
        }
    }
    return [...found];
}"""


class Size(NamedTuple):
    """A screen."""

    width: int
    height: int
    is_phone: bool


WIDE = Size(1366, 768, is_phone=False)
PHONE = Size(390, 844, is_phone=True)


def find_chromium() -> str:
    """Return the path of Chromium, or skip the test when there is none."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    return found or pytest.skip("Chromium is not installed: no browser test is run")


@contextmanager
def chromium() -> Iterator[Any]:
    """Lend a browser."""
    program = find_chromium()
    with unlimited_memory():
        player = sync_playwright().start()
        browser = player.chromium.launch(executable_path=program, args=ARGUMENTS)
    try:
        yield browser
    finally:
        browser.close()
        player.stop()


@contextmanager
def unlimited_memory() -> Iterator[None]:
    """Let a process begin without the limit that Odoo puts on its own: Chromium
    reserves far more addresses than it uses."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@contextmanager
def served(
    template: str, label: str, modules: tuple[str, ...] = ()
) -> Iterator["OdooServer"]:
    """Lend a server on a copy of a database, with more modules of Odoo's in it."""
    database = Database.copied(template, label)
    try:
        if modules:
            database.odoo("-i", ",".join(modules))
        # Odoo's web client asks the world about the company of an administrator, in
        # every window at once: the windows would get in each other's way
        database.rows("UPDATE res_company SET iap_enrich_auto_done = TRUE")
        with tempfile.TemporaryFile("w+") as log:
            server = OdooServer(database, log)
            try:
                yield server
            finally:
                server.stop()
    finally:
        database.drop()


class OdooServer:
    """An Odoo process with one database and its jobs, and a door for its users."""

    def __init__(self, database: Database, log: IO[str]):
        self.database, self.log = database, log
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = self._start()
        wait_for(self._answers, "the Odoo server")

    def _start(self) -> subprocess.Popen:
        name = self.database.name
        place = ["--http-interface=127.0.0.1", f"--http-port={self.port}"]
        only = ["-d", name, f"--db-filter=^{name}$", "--max-cron-threads=1"]
        command = [sys.executable, "-m", "odoo", *only, *place]
        return subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)

    def _answers(self) -> bool:
        assert self.process.poll() is None, self._read_log()
        try:
            urllib.request.urlopen(f"{self.url}/web/health", timeout=10).close()
        except OSError:
            return False
        return True

    def _read_log(self) -> str:
        self.log.seek(0)
        return self.log.read()[-6000:]

    def get_errors(self) -> list[str]:
        """Return the lines of its log that tell of an error."""
        self.log.seek(0)
        marks = (" ERROR ", " CRITICAL ")
        return [line for line in self.log if any(mark in line for mark in marks)]

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def call(
        self, login: str, model: str, method: str, *args: Any, **named: Any
    ) -> Any:
        """Call a method as one of the demo users, whose password is the login."""
        name = self.database.name
        user = self._ask("common", "authenticate", name, login, login, {})
        named = {"context": {"lang": "fr_FR"}, **named}
        return self._ask(
            "object", "execute_kw", name, user, login, model, method, args, named
        )

    def _ask(self, service: str, method: str, *args: Any) -> Any:
        params = {"service": service, "method": method, "args": args}
        request = urllib.request.Request(
            f"{self.url}/jsonrpc",
            json.dumps({"jsonrpc": "2.0", "params": params}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE / 1000) as answer:
            said = json.load(answer)
        assert "error" not in said, said["error"]
        return said.get("result")

    def set_language(self, login: str, lang: str) -> None:
        """Let a user read in another language."""
        ((user,),) = self.database.rows(
            "SELECT id FROM res_users WHERE login = %s", login
        )
        self.call(login, "res.users", "write", [user], {"lang": lang})


class Visit:
    """One person before one screen."""

    def __init__(self, browser: Any, server: OdooServer, size: Size = WIDE):
        self.url, self.size, self.errors = server.url, size, []
        self.context = browser.new_context(
            base_url=server.url,
            viewport={"width": size.width, "height": size.height},
            is_mobile=size.is_phone,
            has_touch=size.is_phone,
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(COUNT_CALLS)
        self.page = self.context.new_page()
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *error: Any) -> None:
        self.context.close()

    def _listen(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def log_in(self, login: str) -> None:
        """Log in as one of the demo users, whose password is the login."""
        self.page.goto("/web/login")
        self.page.fill("#login", login)
        self.page.fill("#password", login)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar, .o_portal_my_home")

    def work_for(self, company: int) -> None:
        """Choose one of the companies that the user works for."""
        cookie = {"name": "cids", "value": str(company), "url": self.url}
        self.context.add_cookies([cookie])

    def open(self, path: str) -> None:
        """Open an address and wait for its screen."""
        self.page.goto(path)
        self.settle()

    def press(self, selector: str) -> None:
        """Press the first thing of that kind that is visible, and wait."""
        self.page.locator(selector).locator("visible=true").first.click()
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is under way any more."""
        self.page.wait_for_function(IS_QUIET, polling="raf")

    def download(self, address: str, selector: str) -> bytes:
        """Press what opens a file in a new tab, and return the file."""
        files = []

        def keep(route: Any) -> None:
            answer = route.fetch()
            files.append(answer.body())
            route.fulfill(response=answer)

        self.context.route(address, keep)
        with self.context.expect_event("requestfinished", lambda _: bool(files)):
            self.page.locator(selector).click()
        return files[0]

    def find_overflow(self) -> list[str]:
        """Return what is wider than the screen."""
        return self.page.evaluate(FIND_OVERFLOW, self.size.width)

    def find_cut(self, selector: str) -> list[str]:
        """Return the texts that end in dots because their cell is too narrow."""
        return self.page.locator(selector).evaluate_all(
            "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1)"
            ".map(cell => cell.innerText)"
        )

    def find_texts(self) -> list[str]:
        """Return all texts that can be read."""
        return self.page.evaluate(FIND_TEXTS)


class EnglishTerms:
    """The terms of ours that a French screen must not show."""

    def __init__(self, paths: list[Path] = FRENCH):
        terms = [entry for path in paths for entry in polib.pofile(str(path))]
        entries = [entry for entry in terms if not entry.obsolete]
        french = {piece for entry in entries for piece in _pieces(entry.msgstr)}
        english = {piece for entry in entries for piece in _pieces(entry.msgid)}
        only = english - french
        self.words = {term for term in only if not PLACE.search(term)}
        self.patterns = [_pattern(term) for term in only if PLACE.search(term)]

    def find(self, texts: list[str]) -> set[str]:
        """Return the texts that are English terms, whole or a part between marks."""
        found = set()
        for text in map(_clean, texts):
            parts = {text, *map(_clean, re.split(r" [=+·] |: |, ", text))}
            if parts & self.words or any(p.fullmatch(text) for p in self.patterns):
                found.add(text)
        return found


def _clean(text: str) -> str:
    return " ".join(text.split())


def _pieces(text: str) -> set[str]:
    """Return the texts between the tags of a term, those that hold words."""
    pieces = map(_clean, re.split(r"<[^>]*>", text))
    return {piece for piece in pieces if WORD.search(PLACE.sub("", piece))}


def _pattern(term: str) -> re.Pattern[str]:
    """Return what a term with places looks like once they are filled."""
    return re.compile(".+".join(map(re.escape, PLACE.split(term))))
