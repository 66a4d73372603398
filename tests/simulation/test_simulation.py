"""Two hundred histories by their seeds: what the shop holds, answers and tells is what the model of the ledger says.

On PostgreSQL, where each takes three times as long and its server is killed on the way as well, the first of them. They are
played by the command itself: its processes are forks, and a fork of a process as large as that of the tests costs more.
"""

import re
import subprocess
import sys

import pytest

from tests.servers.takings import ON_POSTGRES, ROOT

SEEDS, AT_ONCE = (20, 10) if ON_POSTGRES else (200, 50)
pytestmark = [] if ON_POSTGRES else [pytest.mark.slow]


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_a_shop_that_lives_through_a_history_is_the_shop_that_the_contract_describes(first):
    words = [sys.executable, "-m", "tests.simulation", "--first", str(first), "--seeds", str(AT_ONCE)]

    played = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=280)

    assert played.returncode == 0, played.stdout + played.stderr
    told = re.match(r"(\d+) histories on \w+, (\d+) crashes", played.stdout)
    assert int(told[1]) == AT_ONCE
    assert int(told[2]) > AT_ONCE / 2  # else the histories are not what they are meant to be
