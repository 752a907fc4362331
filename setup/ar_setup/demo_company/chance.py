"""The draws of the build: fixed by their keys, whatever the order they come in."""

from __future__ import annotations

from random import Random

SEED = 20_419
HISTORY_DAYS = 730


def draw(*keys: object) -> Random:
    """Return the generator of these keys."""
    return Random("|".join(map(str, (SEED, *keys))))
