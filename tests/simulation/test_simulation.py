"""Two hundred histories by their seeds: what the shop holds, answers and tells is what the model of the ledger says.

On PostgreSQL, where each takes three times as long and its server is killed on the way as well, the first of them.
"""

import pytest

from tests.servers.takings import ON_POSTGRES

SEEDS, AT_ONCE = (20, 5) if ON_POSTGRES else (200, 25)
pytestmark = [] if ON_POSTGRES else [pytest.mark.slow]


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_a_shop_that_lives_through_a_history_is_the_shop_that_the_contract_describes(simulation, first):
    for seed in range(first, first + AT_ONCE):
        assert simulation.failure(seed) is None

    assert simulation.crashes > AT_ONCE / 2  # else the histories are not what they are meant to be
