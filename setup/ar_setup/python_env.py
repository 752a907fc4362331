"""The virtual environment of Odoo and of the tests."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

from . import archive, stamps
from .console import Problem, step
from .locks import locked
from .paths import PYTHON, REPO, RUN, VENV
from .process import answer, quiet

REQUIREMENTS = (REPO / "setup" / "odoo-requirements.txt", REPO / "requirements.txt")
PIP_PACKAGE = "python3-pip-whl"


def bring_venv() -> Path:
    """Return the Python with all packages of both requirement files."""
    with locked("venv"):
        _bring_environment(stamps.digest([sys.executable, sys.version]))
        _bring_packages(stamps.digest(file.read_text() for file in REQUIREMENTS))
    return PYTHON


def _bring_environment(stamp: str) -> None:
    """Make the environment, unless one of this very Python is there."""
    if stamps.read("venv") == stamp and PYTHON.exists():
        return
    _check_python()
    stamps.forget("venv")
    stamps.forget("packages")
    with step("Python environment"):
        _make_venv()
    stamps.write("venv", stamp)


def _bring_packages(stamp: str) -> None:
    """Install the packages, unless both files are as they were."""
    if stamps.read("packages") == stamp:
        return
    with step("Python packages"):
        _install_packages()
    stamps.write("packages", stamp)


def make_importable(root: Path) -> None:
    """Let the environment import ``odoo`` from its source tree."""
    folder = next((VENV / "lib").glob("python3*/site-packages"))
    link, text = folder / "odoo-source.pth", f"{root}\n"
    if not link.exists() or link.read_text() != text:
        link.write_text(text)


def _check_python() -> None:
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        raise Problem(
            f"Odoo 19 needs Python 3.10 to 3.13, this is {sys.version.split()[0]}: "
            "start this program with one of them"
        )


def _make_venv() -> None:
    """Make the environment with pip, also where Python comes without ensurepip."""
    shutil.rmtree(VENV, ignore_errors=True)
    plain = importlib.util.find_spec("ensurepip") is None
    options = ["--without-pip"] if plain else []
    quiet(
        [sys.executable, "-m", "venv", *options, VENV],
        "venv",
        "the Python environment cannot be made (on Debian: package python3-venv)",
    )
    if plain:
        _install_pip()


def _install_pip() -> None:
    """Install pip by a pip that is somewhere: this Python's, else Debian's wheel."""
    own = [sys.executable, "-m", "pip", "--python", PYTHON, "install", "pip"]
    if answer(own) is not None:
        return
    if not shutil.which("apt-get"):
        raise Problem("this Python comes without pip: install python3-pip")
    wheel = _wheel_of_pip()
    quiet(
        [PYTHON, f"{wheel}/pip", "install", "--no-index", wheel],
        "pip",
        "pip cannot be installed",
    )


def _wheel_of_pip() -> Path:
    root = RUN / "pip-debian"
    options = archive.read_lists((archive.codename(),))
    archive.unpack([PIP_PACKAGE], options, root)
    found = sorted(root.rglob("pip-*.whl"))
    if not found:
        raise Problem(f"the package {PIP_PACKAGE} holds no pip: install python3-pip")
    return found[-1]


def _install_packages() -> None:
    files = [word for file in REQUIREMENTS for word in ("-r", file)]
    quiet(
        [PYTHON, "-m", "pip", "install", "--prefer-binary", *files],
        "pip",
        "the Python packages cannot be installed",
    )
