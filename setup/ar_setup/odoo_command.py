"""``odoo`` and ``shell``: Odoo's own command line with this configuration."""

from __future__ import annotations

import socket

from .kit import Kit

PORT = 8069


def run_odoo(kit: Kit, args: list[str]) -> int:
    """Run Odoo's command line with the caller's arguments."""
    words = args[1:] if args[:1] == ["--"] else args
    return kit.odoo_shown([*words, *_port_option(words)])


def run_shell(kit: Kit, database: str) -> int:
    """Open a Python shell with ``env`` on a database."""
    return kit.odoo_shown(["shell", "-d", database, *_port_option(["shell"])])


def free_port(wanted: int = 0, host: str = "127.0.0.1") -> int:
    """Return the wanted port when it is free, else any free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError:
            return free_port(0, host)
        return probe.getsockname()[1]


def _port_option(words: list[str]) -> list[str]:
    """Return a free port for a server, unless the caller names one."""
    serves = not words or words[0].startswith("-") or words[0] in ("server", "shell")
    named = any(w.startswith(("-p", "--http-port", "--no-http")) for w in words)
    return [f"--http-port={free_port(PORT)}"] if serves and not named else []
