"""Makes the pictures of ``static/description`` anew, from the demo company:

python3 setup test tests/screenshots.py
"""

import io
from pathlib import Path

from browser_helpers import PHONE, WIDE, OdooServer, Size, Visit, chromium, served
from PIL import Image

FOLDER = Path(__file__).parents[1] / "ar_best_practices" / "static" / "description"
MANAGER, ADMIN = "nadia", "admin"
TALL = WIDE._replace(height=900)
LIMIT = 200_000  # bytes


def test_make_screenshots(template):
    with chromium() as browser, served(template, "pictures") as server:
        account, run = prepare(server)
        speak(server, "en_US", run)
        take(browser, server, TALL, f"/odoo/dunning-runs/{run}", "run")
        take(browser, server, TALL, f"/odoo/receivables/{account}", "account")
        take(browser, server, TALL, "/odoo/receivables-day", "day")
        take(browser, server, PHONE, f"/odoo/dunning-runs/{run}", "phone")
        speak(server, "fr_FR", run)
        take(browser, server, TALL, f"/odoo/dunning-runs/{run}", "run_fr")


def prepare(server: OdooServer) -> tuple[int, int]:
    """Return the account that owes the most to collect, and a run of today."""
    ((company, partner),) = server.database.rows(
        "SELECT id, partner_id FROM res_company WHERE name = 'Comptoir du Littoral'"
    )
    server.partner = partner
    run = server.call(ADMIN, "ar.dunning.run", "create", {"company_id": company})
    (account,) = server.call(
        ADMIN,
        "ar.account",
        "search",
        [("company_id", "=", company), ("priority", ">", 0)],
        order="priority desc",
        limit=1,
    )
    return account, run


def speak(server: OdooServer, lang: str, run: int) -> None:
    """Let the company and its people use a language, and say all reasons in it."""
    server.set_language(MANAGER, lang)
    server.call(ADMIN, "res.partner", "write", [server.partner], {"lang": lang})
    accounts = server.call(ADMIN, "ar.account", "search", [])
    server.call(ADMIN, "ar.account", "action_refresh", accounts)
    server.call(ADMIN, "ar.dunning.run", "action_propose", [run])


def take(browser, server: OdooServer, size: Size, path: str, name: str) -> None:
    """Write the picture of a screen, with few colours and so few bytes."""
    with Visit(browser, server, size) as visit:
        visit.log_in(MANAGER)
        visit.open(path)
        picture = Image.open(io.BytesIO(visit.page.screenshot())).convert("RGB")
    target = FOLDER / f"screenshot_{name}.png"
    picture.quantize(128, dither=Image.Dither.NONE).save(target, optimize=True)
    assert target.stat().st_size < LIMIT
