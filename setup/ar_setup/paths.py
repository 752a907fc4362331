"""Where things are: the repository and all that the setup makes in ``.run/``."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
RUN = REPO / ".run"
LOGS = RUN / "log"
VENV = RUN / "venv"
PYTHON = VENV / "bin" / "python"
ADDONS = ("ar_best_practices", "ar_dispute", "ar_scoring", "ar_order_desk")


def present_addons() -> list[str]:
    """Return the suite's addons that this checkout holds, lowest first."""
    return [name for name in ADDONS if (REPO / name / "__manifest__.py").exists()]


def made(folder: Path) -> Path:
    """Return the folder, created when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_root() -> bool:
    """Tell whether we run as root."""
    return os.geteuid() == 0


def everyone_can_enter(folder: Path) -> bool:
    """Tell whether any user may traverse the folder and all its parents."""
    return all(f.stat().st_mode & 0o001 for f in (folder, *folder.parents))


def server_home() -> Path:
    """Return the folder of PostgreSQL's program and data.

    PostgreSQL refuses to run as root: it runs as another user, who must be able to
    enter. A checkout in a private home is not opened for that; its data go beside.
    """
    mark = hashlib.sha256(str(REPO).encode()).hexdigest()[:12]
    private = is_root() and not everyone_can_enter(made(RUN))
    beside = Path("/var/tmp") / f"receivables-suite-{mark}"
    home = made(beside if private else RUN / "postgres")
    if private and home.stat().st_uid:
        raise PermissionError(errno.EPERM, "not ours", str(home))
    if is_root():
        home.chmod(0o755)
    return home
