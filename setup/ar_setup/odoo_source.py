"""Finds Odoo 19, or brings it: Debian's package, else a clone of Odoo's repository."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from pathlib import Path

from . import archive
from .console import Problem, say, step
from .paths import RUN
from .process import quiet

PACKAGE = "odoo-19"
REPOSITORY = "https://github.com/odoo/odoo"
BRANCH = "19.0"
# Odoo's package links to these; without jquery every web page answers 500
ASSETS = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
)
PACKAGE_ROOT = RUN / "odoo-debian"
CLONE_ROOT = RUN / "odoo-git"
HELP = "set ODOO_HOME to a source tree of Odoo 19.0"


def find_odoo() -> Path | None:
    """Return the folder that holds the ``odoo`` package, None when there is none."""
    if os.environ.get("ODOO_HOME"):
        return _checked(Path(os.environ["ODOO_HOME"]).expanduser().resolve())
    for root in (_importable(), _unpacked(), CLONE_ROOT):
        if root and _version(root) == (19, 0):
            return root
    return None


def bring_odoo() -> Path:
    """Return the folder that holds the ``odoo`` package, brought when missing."""
    root = find_odoo()
    if root:
        return root
    if archive.is_debian() and shutil.which("apt-get") and shutil.which("dpkg"):
        try:
            return _checked(_from_debian())
        except Problem as problem:
            say(f"  {problem}")
    return _checked(_from_git())


def addon_folders(root: Path) -> list[Path]:
    """Return the addons folders of Odoo itself."""
    return [f for f in (root / "addons", root / "odoo" / "addons") if f.is_dir()]


def _version(root: Path) -> tuple[int, int] | None:
    """Return Odoo's version, read without importing it."""
    release = root / "odoo" / "release.py"
    if not release.exists():
        return None
    text = release.read_text()
    found = re.search(r"^version_info = \(\D*(\d+), (\d+)", text, re.MULTILINE)
    return (int(found[1]), int(found[2])) if found else None


def _checked(root: Path) -> Path:
    if _version(root) == (19, 0):
        return root
    raise Problem(f"{root} holds no Odoo 19.0: {HELP}")


def _importable() -> Path | None:
    """Return where this Python would import ``odoo`` from."""
    found = importlib.util.find_spec("odoo")
    if not found:
        return None
    places = [found.origin] if found.origin else []
    places += [f"{place}/x" for place in found.submodule_search_locations or []]
    return Path(places[0]).resolve().parents[1] if places else None


def _unpacked() -> Path:
    return PACKAGE_ROOT / "usr" / "lib" / "python3" / "dist-packages"


def _from_debian() -> Path:
    """Unpack the newest ``odoo-19`` of Debian, and what its web pages link to."""
    with step("Debian's package lists"):
        options, version = _debian_version()
    building = RUN / "odoo-debian.part"
    shutil.rmtree(building, ignore_errors=True)
    with step(f"Odoo from Debian: {PACKAGE} {version}"):
        linked = [archive.own_or_newest(name, options) for name in ASSETS]
        archive.unpack([f"{PACKAGE}={version}", *linked], options, building)
    building.rename(PACKAGE_ROOT)
    return _unpacked()


def _debian_version() -> tuple[list[object], str]:
    """Return apt's options and the newest version, looking into sid first."""
    own = archive.codename()
    for suites in (("sid",), ("testing", "experimental", f"{own}-backports")):
        options = archive.read_lists((own, *suites))
        version = archive.newest(PACKAGE, options)
        if version:
            return options, version
    raise Problem(f"this Debian archive holds no package {PACKAGE}: {HELP}")


def _from_git() -> Path:
    if not shutil.which("git"):
        raise Problem(f"git is missing, Odoo cannot be cloned: install git or {HELP}")
    say(f"  Odoo {BRANCH} comes from {REPOSITORY} (about 400 MB)")
    building = RUN / "odoo-git.part"
    shutil.rmtree(building, ignore_errors=True)
    with step("Odoo by git clone"):
        quiet(
            ["git", "clone", "-q", "-b", BRANCH, "--depth", 1, REPOSITORY, building],
            "git-clone",
            f"Odoo cannot be cloned ({HELP})",
            env={"GIT_TERMINAL_PROMPT": "0"},
        )
    building.rename(CLONE_ROOT)
    return CLONE_ROOT
