"""Moves of a product are found through an index that goes by buckets of 2,048 moves: wherever they lie, newest first."""

import pytest

from tests import making
from webapp.analytics import dao as analytics
from webapp.db import reading, writer
from webapp.stock import actions, dao
from webapp.stock.shapes import Entry

BUCKET = 2_048


@pytest.fixture
def spread(shop):
    """A product whose moves lie on both sides of the edges of buckets, with those of another and empty ones between."""
    tea, pie = making.make_product("TEA", stock=10), making.make_product("PIE", stock=10)
    making.make_location("harbour")
    for number in (BUCKET - 2, 3 * BUCKET, 9 * BUCKET - 1):
        making.skip("stock_move", number)
        for place in (1, 2, 1):
            writer.do_many(actions.enter, [Entry(tea, place, change=number), Entry(pie, place, change=1)])
    return tea


def plainly(product_id, before, limit):
    return [
        row[0]
        for row in making.query(
            "select id from stock_move where product_id = ? and id < ? order by id desc limit ?",
            product_id,
            before,
            limit,
        )
    ]


def test_they_lie_in_several_buckets(spread):
    assert {number // BUCKET for number in plainly(spread, dao.LAST, 100)} == {0, 1, 3, 8, 9}


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 50])
def test_they_are_found_newest_first_a_page_at_a_time(spread, limit):
    whole, found, before = plainly(spread, dao.LAST, 100), [], None
    with reading.reading() as tx:
        while rows := dao.find_moves(tx, spread, before, limit):
            assert len(rows) <= limit
            found += [row["id"] for row in rows]
            before = found[-1]

    assert found == whole
    assert len(found) == 10


@pytest.mark.parametrize("before", [1, 2, BUCKET - 1, BUCKET, BUCKET + 1, 3 * BUCKET + 2, 9 * BUCKET, dao.LAST])
def test_they_are_found_before_any_of_them(spread, before):
    with reading.reading() as tx:
        assert [row["id"] for row in dao.find_moves(tx, spread, before, 3)] == plainly(spread, before, 3)


def test_there_are_none_of_what_was_never_moved(spread):
    with reading.reading() as tx:
        assert dao.find_moves(tx, spread + 7) == []


@pytest.mark.parametrize("most", [1, 4, 100])
@pytest.mark.parametrize("locations", [(), (1,), (2,)])
def test_the_course_adds_up_the_newest_of_a_place(spread, most, locations):
    with reading.reading() as tx:
        course = analytics.find_stock_course(tx, spread, locations, most)

    wanted = making.query(
        "select change from stock_move where product_id = ? and (? = 1 or location_id = ?) order by id desc limit ?",
        spread, int(not locations), *(locations or (0,)), most,
    )  # fmt: skip
    assert sum(row["moves"] for row in course) == len(wanted)
    assert sum(row["change"] for row in course) == sum(row[0] for row in wanted)
