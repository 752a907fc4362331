"""Databases made once, copied often, and updated only when the addons changed.

A database carries in its comment what it was made from: the note travels with the
database, and a database without a note is one whose making did not end.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .console import Problem, say, step
from .kit import DATA, Kit
from .locks import locked
from .odoo_command import free_port
from .paths import ADDONS, REPO
from .stamps import digest, digest_files

COUNTRY, LANGUAGE = "FR", "fr_FR"
NOTHING = "template0"
LANGUAGES = "fr_FR,en_US"
# a change here changes nothing in an installed database
UNINSTALLED = frozenset({"tests", "static", "readme", "tools"})


@dataclass(frozen=True)
class Recipe:
    """How a database is made: from a parent's copy or from nothing, then filled."""

    name: str
    addons: tuple[str, ...]
    parent: Recipe | None = None
    fill: Callable[[Kit], None] | None = None
    sources: tuple[Path, ...] = field(default=())

    def origin(self, kit: Kit) -> str:
        """Return a mark of all whose change means making it anew."""
        above = self.parent.origin(kit) if self.parent else kit.odoo_root
        return digest([above, self.addons, digest_files(self.sources)])


def ensure(kit: Kit, recipe: Recipe) -> str:
    """Make or update the database of a recipe; return its name."""
    with locked(f"db-{recipe.name}"):
        note = _note(kit, recipe.name)
        if note.get("origin") != recipe.origin(kit):
            _make(kit, recipe)
        else:
            _update(kit, recipe, note.get("addons", {}))
    return recipe.name


def copy(kit: Kit, source: str, target: str) -> None:
    """Copy a database and its files; files are shared: Odoo never rewrites one."""
    drop(kit, target)
    disconnect(kit, source)
    kit.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
    if _files(source).is_dir():
        shutil.copytree(_files(source), _files(target), copy_function=_share)


def drop(kit: Kit, name: str) -> None:
    """Remove a database and its files."""
    disconnect(kit, name)
    kit.sql(f'DROP DATABASE IF EXISTS "{name}"')
    shutil.rmtree(_files(name), ignore_errors=True)


def disconnect(kit: Kit, name: str) -> None:
    """End all connections to a database."""
    kit.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{name}' AND usename = current_user"
    )


@contextmanager
def throw_away(kit: Kit, source: str, label: str) -> Iterator[str]:
    """Lend a copy of a database, or of none, under a name of its own."""
    name = f"ar_run_{os.getpid()}_{label}"
    with locked(f"db-{source}"):
        copy(kit, source or NOTHING, name)
    try:
        yield name
    finally:
        drop(kit, name)


def sweep(kit: Kit) -> None:
    """Remove the copies of runs that were killed."""
    names = kit.sql("SELECT datname FROM pg_database WHERE datname ~ '^ar_run_\\d+_'")
    for name in names.splitlines():
        if not Path("/proc", name.split("_")[2]).exists():
            drop(kit, name)


def install(kit: Kit, name: str, addons: tuple[str, ...], *options: str) -> None:
    """Install addons into a database."""
    port = f"--http-port={free_port()}"
    modules = ",".join(addons)
    kit.odoo(
        ["-d", name, "-i", modules, "--stop-after-init", port, *options],
        f"{name}-install",
        f"{modules} cannot be installed",
    )
    _check_installed(kit, name, addons)


def _make(kit: Kit, recipe: Recipe) -> None:
    """Make a database from its parent's copy, else from nothing."""
    if recipe.parent:
        ensure(kit, recipe.parent)
    drop(kit, recipe.name)
    codes = addon_digests(recipe.addons)
    if recipe.parent:
        with step(f"database {recipe.name}: copy of {recipe.parent.name}"):
            copy(kit, recipe.parent.name, recipe.name)
    else:
        _make_empty(kit, recipe.name)
    _install_rest(kit, recipe)
    if recipe.fill:
        recipe.fill(kit)
    _write_note(kit, recipe, codes)


def _make_empty(kit: Kit, name: str) -> None:
    with step(f"database {name}: a French company"):
        place = ["--country", COUNTRY, "--language", LANGUAGE]
        kit.odoo(["db", "init", name, *place], f"{name}-init", "no database")


def _install_rest(kit: Kit, recipe: Recipe) -> None:
    """Install what the parent does not have, and make the web assets."""
    known = recipe.parent.addons if recipe.parent else ()
    rest = tuple(name for name in recipe.addons if name not in known)
    if rest:
        with step(f"database {recipe.name}: {', '.join(rest)}"):
            install(kit, recipe.name, rest, f"--load-language={LANGUAGES}")
        _prepare(kit, recipe.name)


def _prepare(kit: Kit, name: str) -> None:
    with step(f"database {name}: web assets"):
        kit.inside("prepare", name, why="the web assets cannot be made")


def _update(kit: Kit, recipe: Recipe, known: dict[str, str]) -> None:
    """Update the addons that changed; when that fails, begin anew."""
    codes = addon_digests(recipe.addons)
    changed = [name for name in recipe.addons if codes[name] != known.get(name)]
    if not changed:
        return
    kit.sql(f'COMMENT ON DATABASE "{recipe.name}" IS NULL')
    try:
        with step(f"database {recipe.name}: update of {', '.join(changed)}"):
            _run_update(kit, recipe.name, changed)
        _write_note(kit, recipe, codes)
    except Problem as problem:
        say(f"  {problem}\n  the database {recipe.name} is made anew")
        _make(kit, recipe)


def _run_update(kit: Kit, name: str, addons: list[str]) -> None:
    disconnect(kit, name)
    port = f"--http-port={free_port()}"
    kit.odoo(
        ["-d", name, "-u", ",".join(addons), "--stop-after-init", port],
        f"{name}-update",
        f"{', '.join(addons)} cannot be updated",
    )
    _check_installed(kit, name, tuple(addons))


def _check_installed(kit: Kit, name: str, addons: tuple[str, ...]) -> None:
    """Odoo ends well even when a module was left out: look."""
    state = "SELECT name FROM ir_module_module WHERE state = 'installed'"
    left = set(addons) - set(kit.sql(state, name).splitlines())
    if left:
        raise Problem(f"{', '.join(sorted(left))} is not installed in {name}")


def addon_digests(addons: tuple[str, ...]) -> dict[str, str]:
    """Return for each of our addons a mark of the files that an update reads."""
    folders = {name: REPO / name for name in addons if name in ADDONS}
    return {
        name: digest_files(p for p in root.iterdir() if p.name not in UNINSTALLED)
        for name, root in folders.items()
    }


def _note(kit: Kit, name: str) -> dict:
    """Return what a database says of its making; nothing when its files are gone."""
    text = kit.sql(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
        f"WHERE datname = '{name}'"
    )
    try:
        return json.loads(text) if _files(name).is_dir() else {}
    except ValueError:
        return {}


def _write_note(kit: Kit, recipe: Recipe, codes: dict[str, str]) -> None:
    text = json.dumps({"origin": recipe.origin(kit), "addons": codes})
    kit.sql(f"COMMENT ON DATABASE \"{recipe.name}\" IS '{text}'")


def _files(name: str) -> Path:
    return DATA / "filestore" / name


def _share(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
