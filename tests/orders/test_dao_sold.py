"""Orders of a product are found through an index that goes by buckets of 2,048 lines: wherever its lines lie."""

import pytest

from tests import making
from webapp.analytics import dao as analytics
from webapp.db import reading
from webapp.orders import dao
from webapp.recommendations import dao as advice

BUCKET = 2_048
PLACES = {"channel": (), "location": ()}


@pytest.fixture
def spread(shop):
    """(tea, its orders): their lines lie on both sides of the edges of buckets, with empty ones between."""
    tea = making.make_product("TEA")
    making.make_product("OTHER")
    orders = [making.sell("TEA")]
    for number in (BUCKET - 1, 2 * BUCKET, 7 * BUCKET - 1):
        making.skip("order_line", number)
        orders += [making.sell("TEA", price_minor=200 + number % 7), making.sell("TEA", price_minor=300)]
        making.sell("OTHER", price_minor=1)
    return tea, orders


def meant(**wanted):
    """The filters of a list that mean some products."""
    names = {
        "product": "products",
        "category": "categories",
        "brand": "brands",
        "vendor": "vendors",
        "price_tier": "price_tiers",
    }
    return {
        **{f"any_{name}": int(name not in wanted) for name in names},
        **{many: wanted.get(name, []) for name, many in names.items()},
    }


def test_the_lines_lie_in_several_buckets(spread):
    numbers = [row[0] // BUCKET for row in making.query("select id from order_line order by id")]

    assert sorted(set(numbers)) == [0, 1, 2, 6, 7]


def test_the_orders_of_a_product_are_found_in_every_bucket(spread):
    tea, orders = spread

    with reading.reading() as tx:
        found = dao.sql.find_candidates_by_versions.all(tx, limit=100, **meant(product=[tea]))
        few = dao.sql.find_candidates_by_versions.all(tx, limit=3, **meant(product=[tea]))

    assert sorted(row[0] for row in found) == orders
    assert len(few) == 3


@pytest.mark.parametrize("words", ["TEA", "tea"])
def test_the_orders_that_a_search_means_are_found_in_every_bucket(spread, words):
    _, orders = spread

    with reading.reading() as tx:
        found = dao.sql.find_candidates_by_words.all(
            tx, q=words, q_id=-1, q_like=f"%{words}%", q_word=f"%{words}%", sorted_id=0, limit=100
        )

    assert [row[0] for row in found] == orders


@pytest.mark.parametrize(("walked", "orders"), [(1, 1), (2, 2), (3, 3), (6, 6), (7, 7), (100, 7)])
def test_the_newest_lines_of_a_product_are_walked_over_the_edges_of_buckets(spread, walked, orders):
    tea, _ = spread

    with reading.reading() as tx:
        held = analytics.count_held(tx, tea, (None, None), PLACES, walked=walked, most=100)

    assert held["orders"] == orders


def test_the_lowest_price_is_found_in_the_buckets_since_the_first_order(spread):
    tea, _ = spread

    with reading.reading() as tx:
        lowest = advice.find_lowest_sold(tx, [tea], 0)

    assert lowest == {
        tea: min(row[0] for row in making.query("select price_minor from order_line where product_id = 1"))
    }


def test_a_shop_without_lines_has_no_buckets(shop):
    tea = making.make_product("TEA")

    with reading.reading() as tx:
        assert dao.sql.find_candidates_by_versions.all(tx, limit=100, **meant(product=[tea])) == []
        assert analytics.count_held(tx, tea, (None, None), PLACES, walked=5, most=5)["orders"] == 0
        assert advice.find_lowest_sold(tx, [tea], 0) == {}
