"""Tools are pure: standard library only, documented, and their examples hold."""

import ast
import doctest
import inspect
import sys

import pytest
from load_tools import ROOT, load_tool, tool_paths

TOOLS = tool_paths()
IDS = [str(path.relative_to(ROOT)) for path in TOOLS]


def imported_names(tree):
    """Yield the top-level name of each import; ``.`` for a sibling tool."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level or node.module.split(".")[0]


def load(path):
    return load_tool(path.parent.parent.name, path.stem)


def test_there_are_tools():
    assert TOOLS


@pytest.mark.parametrize("path", TOOLS, ids=IDS)
def test_only_the_standard_library_is_imported(path):
    names = set(imported_names(ast.parse(path.read_text("utf-8"))))
    assert names <= {".", *sys.stdlib_module_names}


@pytest.mark.parametrize("path", TOOLS, ids=IDS)
def test_examples_hold(path):
    result = doctest.testmod(load(path))
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("path", TOOLS, ids=IDS)
def test_public_functions_are_documented_and_typed(path):
    module = load(path)
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if name.startswith("_") or function.__module__ != module.__name__:
            continue
        assert inspect.getdoc(function), name
        signature = inspect.signature(function)
        assert signature.return_annotation is not inspect.Signature.empty, name
        for parameter in signature.parameters.values():
            assert parameter.annotation is not inspect.Parameter.empty, name


def test_helpers_of_the_tests_have_examples_that_hold():
    import oracle_items

    assert not doctest.testmod(oracle_items).failed
