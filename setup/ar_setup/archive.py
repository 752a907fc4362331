"""Debian packages without root: download from the machine's own archive, unpack."""

from __future__ import annotations

import glob
import platform
from functools import cache
from pathlib import Path

from .console import Problem
from .paths import RUN, made
from .process import answer, quiet

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
APT = RUN / "apt"


def is_debian() -> bool:
    """Tell whether this machine is a Debian (not a derivative)."""
    return _os_release().get("ID") == "debian"


def codename() -> str:
    """Return the suite of this machine, ``bookworm`` for example."""
    return _os_release().get("VERSION_CODENAME", "sid")


@cache
def _os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def _private(sources: Path | None) -> list[object]:
    """Return apt's options for folders of our own and, if given, a source list."""
    made(APT / "lists" / "partial")
    made(APT / "cache" / "archives" / "partial")
    options: list[object] = [
        f"Dir::State::Lists={APT}/lists",
        f"Dir::Cache={APT}/cache",
    ]
    options += ["APT::Sandbox::User=", "Acquire::Retries=3"]
    if sources:
        options += [
            f"Dir::Etc::sourcelist={sources}",
            "Dir::Etc::sourceparts=/dev/null",
        ]
    return [word for option in options for word in ("-o", option)]


@cache
def site() -> str:
    """Return the address of the archive this machine installs from."""
    for options in ([], _private(None)):
        if options:
            quiet(["apt-get", *options, "update"], "apt", "apt cannot read its lists")
        listed = answer(["apt-get", *options, "indextargets", *_TARGETS]) or ""
        for line in listed.splitlines():
            address, _, release = line.partition(" ")
            if release == codename():
                return address
    raise Problem("apt names no Debian archive: its sources list needs one")


_TARGETS = ("--format", "$(SITE) $(RELEASE)", "Created-By: Packages")


def read_lists(suites: tuple[str, ...]) -> list[object]:
    """Fetch the package lists of some suites; return apt's options to use them."""
    trust = f" [signed-by={KEYRING}]" if KEYRING.exists() else ""
    sources = made(APT) / "sources.list"
    lines = [f"deb{trust} {site()} {suite} main\n" for suite in suites]
    sources.write_text("".join(lines))
    options = _private(sources)
    quiet(["apt-get", *options, "update"], "apt", "apt cannot read the archive's lists")
    return options


def newest(package: str, options: list[object], suite: str = "") -> str | None:
    """Return the newest version of a package in the lists, or in one suite of them."""
    table = answer(["apt-cache", *options, "madison", package]) or ""
    rows = [line.split("|") for line in table.splitlines() if f" {suite}" in line]
    return rows[0][1].strip() if rows else None


def own_or_newest(package: str, options: list[object]) -> str:
    """Return ``name=version``, the version of this machine's own suite if any."""
    version = newest(package, options, f"{codename()}/") or newest(package, options)
    return f"{package}={version}" if version else package


def unpack(packages: list[str], options: list[object], root: Path) -> None:
    """Download packages (``name`` or ``name=version``) and unpack them."""
    folder = made(APT / "debs")
    for old in glob.glob(f"{folder}/*.deb"):
        Path(old).unlink()
    quiet(
        ["apt-get", *options, "download", *packages],
        "apt-download",
        f"apt cannot download {', '.join(packages)}",
        cwd=folder,
    )
    for deb in sorted(folder.glob("*.deb")):
        quiet(["dpkg", "-x", deb, made(root)], "dpkg", f"{deb.name} cannot be unpacked")
        deb.unlink()
