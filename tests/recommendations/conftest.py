"""A shop with a client, in which something was sold, for the routes of advice."""

import pytest

from tests.making import make_product, sell


@pytest.fixture
def shop_at(client, at):
    """A shop on a Saturday with tea, coffee and soup, of which something was sold."""
    at("2026-11-21T10:15:00Z")
    for sku, category in (("TEA", "Drinks/Cold"), ("COFFEE", "Drinks/Hot"), ("SOUP", "Food")):
        make_product(sku, "2.40", name=sku.title(), category=category, cost="0.80")
    sell("TEA")
    return client
