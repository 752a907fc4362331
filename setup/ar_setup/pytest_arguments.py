"""Tells options from paths in what the user hands to pytest."""

from __future__ import annotations

from pathlib import Path

# options whose value is the next word: it is no path, even when one has its name
WITH_VALUE = {
    *("-k", "-m", "-p", "-n", "-c", "-o", "-W", "-r"),
    *("--deselect", "--ignore", "--durations", "--maxfail", "--tb", "--junitxml"),
    *("--rootdir", "--import-mode", "--color", "--odoo-log-level"),
}


def split(args: list[str]) -> tuple[list[str], dict[str, Path]]:
    """Return the options, and the nodes to run with the file of each.

    Paths are those of the caller's folder: pytest runs in the repository's.

    >>> split(["-k", "payer"])
    (['-k', 'payer'], {})
    """
    options: list[str] = []
    paths: dict[str, Path] = {}
    for before, word in zip(["", *args], args, strict=False):
        name, *inner = word.split("::")
        file = Path(name).resolve()
        if word.startswith("-") or before in WITH_VALUE or not file.exists():
            options.append(word)
        else:
            paths["::".join([str(file), *inner])] = file
    return options, paths
