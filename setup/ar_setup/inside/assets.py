"""Web assets: made once in the template, so that no copy waits for them."""

from __future__ import annotations

from odoo.tools.misc import file_path

from .session import Env

# Debian ships Odoo without this file: a logged error on every page, failing tours
MISSING = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def prepare_assets(env: Env) -> None:
    """Leave out the file that Debian lacks, then generate all bundles."""
    if _is_missing(MISSING) and not env["ir.asset"].search([("path", "=", MISSING)]):
        env["ir.asset"].create(
            {
                "name": "Debian's Odoo lacks selfie segmentation",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": MISSING,
            }
        )
    env["ir.qweb"].sudo()._pregenerate_assets_bundles()


def _is_missing(path: str) -> bool:
    try:
        file_path(path)
    except FileNotFoundError:
        return True
    return False
