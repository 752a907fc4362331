"""Load the modules of an addon that need no Odoo, by path."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent


def tool_paths() -> list[Path]:
    """Return the modules of every ``tools/`` of the repository, in order."""
    return sorted(
        path for path in ROOT.glob("*/tools/*.py") if path.name != "__init__.py"
    )


def load_tool(addon: str, name: str) -> ModuleType:
    """Return ``<addon>/tools/<name>.py``; relative imports among tools work.

    The package is registered under a name of its own (``<addon>__tools``), so the addon
    itself, which needs Odoo, is never imported.

    :raise ImportError: the addon has no such tool
    """
    package = f"{addon}__tools"
    if package not in sys.modules:
        _register_package(package, ROOT / addon / "tools")
    return importlib.import_module(f"{package}.{name}")


def load_reader(addon: str, name: str) -> ModuleType:
    """Return ``<addon>/bank_file/<name>.py``, which needs lxml or ofxparse.

    Its folder and ``tools/`` become two packages of one parent, so that what a reader
    raises is what :func:`load_tool` returns.

    :raise ImportError: the addon has no such reader
    """
    parent = f"{addon}__readers"
    if parent not in sys.modules:
        sys.modules[parent] = ModuleType(parent)
        sys.modules[parent].__path__ = [str(ROOT / addon)]
        for tool in ("bank_file", "ledger_file"):
            sys.modules[f"{parent}.tools.{tool}"] = load_tool(addon, tool)
        sys.modules[f"{parent}.tools"] = sys.modules[f"{addon}__tools"]
    return importlib.import_module(f"{parent}.bank_file.{name}")


def _register_package(package: str, folder: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        package, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[package] = module
