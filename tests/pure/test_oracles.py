"""Every oracle case comes out of the product's functions within its tolerance."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oracle_adapters import ADAPTERS

CASES = json.loads(
    (Path(__file__).parent.parent / "data" / "oracles.json").read_text("utf-8")
)
WRONG = "published_but_wrong"
ROUNDING_NOISE = 1e-9


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def agrees(result: Any, expected: Any, tolerance: float = 0) -> bool:
    """Return whether a result is the expected one, numbers within the tolerance."""
    if isinstance(expected, dict):
        return all(
            key in result and agrees(result[key], member, tolerance)
            for key, member in expected.items()
        )
    if isinstance(expected, list):
        return len(result) == len(expected) and all(
            agrees(mine, theirs, tolerance)
            for mine, theirs in zip(result, expected, strict=True)
        )
    if is_number(expected) and is_number(result):
        return abs(result - expected) <= tolerance + ROUNDING_NOISE
    return result == expected


def numbers_of(result: Any) -> Iterator[float]:
    """Yield every number of a result."""
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, list):
        for member in result:
            yield from numbers_of(member)
    elif is_number(result):
        yield result


def refutes(result: dict, expected: dict) -> bool:
    """Return whether a result avoids the wrong figure that was published."""
    wrong = expected.get("must_not_equal", expected.get("published"))
    found = list(numbers_of(result))
    right = expected.get("correct")
    return not any(agrees(x, wrong, 0.005) for x in found) and (
        right is None or any(agrees(x, right, 0.005) for x in found)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case_comes_out_of_the_definition(case):
    visible = {key: case[key] for key in ("id", "topic", "input")}
    result = ADAPTERS[case["id"].split("-")[0]](visible)
    if case["kind"] == WRONG:
        assert refutes(result, case["expected"]), result
    else:
        assert agrees(result, case["expected"], case.get("tolerance", 0)), result


@pytest.mark.parametrize("family", sorted(ADAPTERS))
def test_every_family_has_cases(family):
    assert any(case["id"].startswith(f"{family}-") for case in CASES)


def test_results_are_compared_within_the_tolerance_only():
    assert agrees({"a": [1.004], "b": "x"}, {"a": [1.0]}, 0.005)
    assert not agrees({"a": 1.006}, {"a": 1.0}, 0.005)
    assert not agrees({"a": [1, 2]}, {"a": [1]}, 1)
    assert not agrees({}, {"a": 1})
    assert not agrees({"a": None}, {"a": 0}, 1)


def test_a_wrong_published_figure_must_not_come_out():
    assert refutes({"dso": 60, "each": [1, 2]}, {"must_not_equal": 74})
    assert not refutes({"dso": 60, "each": [1, 74]}, {"must_not_equal": 74})
    assert refutes({"rate": 14.25}, {"published": 13.65, "correct": 14.25})
    assert not refutes({"rate": 14.5}, {"published": 13.65, "correct": 14.25})
