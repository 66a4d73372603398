"""What people complain of, the traps of other programs and the faults each have a test that names them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMES = [
    name
    for file in ROOT.rglob("test_*.py")
    for name in re.findall(r"def (test_\w+)|^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
]
NAMED = {part for pair in NAMES for part in pair if part}


@pytest.mark.parametrize("number", [1, 3, 4, 5, 6, 9, 10, 11, 12, 13, 15, 16, 17, 22, 23, 25, 26, 27, 29, 30, 31, 32])
def test_what_is_wanted_has_a_test(number):
    assert any(re.search(rf"wanted_{number}(_|$)", name) for name in NAMED)


@pytest.mark.parametrize("number", [*range(1, 12), 13])
def test_each_trap_has_a_test(number):
    assert any(re.search(rf"trap_{number}(_|$)", name) for name in NAMED)


@pytest.mark.parametrize("number", [*range(1, 16), *range(20, 39), 51, 52, *range(54, 61)])
def test_each_fault_has_a_test(number):
    texts = [*NAMED, *(file.name for file in (ROOT / "faults").glob("*.py"))]

    assert any(re.search(rf"fault_{number}(_|$)|fault_\d+_and_{number}_|test_0?{number}_", text) for text in texts)
