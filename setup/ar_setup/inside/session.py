"""Opens a database with Odoo, as its administrator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from odoo import api
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config

Env = Any


@contextmanager
def opened(database: str) -> Iterator[Env]:
    """Yield an environment of the administrator; commit when all went well."""
    config.parse_config(["-d", database, "--no-http"], setup_logging=True)
    server.load_server_wide_modules()
    with Registry(database).cursor() as cursor:
        system = api.Environment(cursor, api.SUPERUSER_ID, {})
        admin = system(user=system.ref("base.user_admin"))
        yield admin(context=admin["res.users"].context_get())
