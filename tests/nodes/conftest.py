"""Two nodes for the tests of this folder, each on a machine of its own; skipped, aloud, where none can be made."""

import pytest

from tests.nodes.machines import Pair, network
from tests.nodes.tills import tell


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two nodes of the real product over one PostgreSQL, and TEA to sell."""
    with network() as made:
        both = Pair(made, tmp_path_factory.mktemp("nodes"))
        try:
            both.start()
            tell(both.nodes[0], "/products", {"sku": "TEA", "name": "Tea", "price": 2.40, "stock": 0, "oversell": True})
            yield both
        finally:
            both.end()
