"""A page of a list of orders is the same whether it is found by walking, by looking up, or by both."""

from random import Random

import pytest

from tests.analytics.asking import NOW, at_ms
from tests.making import make_product, place, take_back
from tests.orders.test_jobs import sort_notes
from webapp.db import reading
from webapp.orders import dao, routes_list
from webapp.orders.shapes import LineDraft, OrderDraft

LISTS = (
    {}, {"q": "SOAP"}, {"q": "Soap"}, {"q": "door"}, {"q": "nothing"}, {"q": "X-9"}, {"q": "7"}, {"product": "WAX"},
    {"product": "TEA"}, {"status": "returned"}, {"status": "partly_returned"}, {"status": "placed", "q": "SOAP"},
    {"min_total": "4"}, {"max_total": "1", "product": "TEA"}, {"channel": "store", "q": "SOAP"}, {"max_total": "2"},
    {"from": "2026-11-20T10:00:00.003Z", "to": "2026-11-20T10:00:00.007Z"}, {"min_total": "2", "max_total": "3"},
)  # fmt: skip


@pytest.fixture
def trading(client, at):
    """A shop of sixty orders: tea in nearly all, soap in a third, wax in three; some come back, some bear a note."""
    at(NOW)
    for sku, name in (("TEA", "Iced tea"), ("SOAP", "Soap"), ("WAX", "Wax")):
        make_product(sku, "1.00", name=name)
    dice, drafts = Random(4), []
    for number in range(60):
        skus = ["TEA", *(["SOAP"] if number % 3 == 0 else []), *(["WAX"] if number in (2, 30, 31) else [])]
        drafts.append(OrderDraft(
            [LineDraft(sku, dice.randint(1, 3), None, 0) for sku in skus], placed_ms=at_ms("2026-11-20T10:00") + dice.randint(0, 9),
            channel=("online", "store")[number % 2], external_id=f"X-{number}", note="at the door" if number % 20 == 5 else None,
        ))  # fmt: skip
    for done in place(*drafts)[4::5]:
        take_back(done["id"], 1, 1)
    return client


def listed(asked, sort, limit, after=None):
    """A page of ids with the position behind it."""
    with reading.reading() as tx:
        wanted = routes_list.parse(tx, {**asked, "sort": sort}, at_ms("2026-11-21T15:00"), tx.zone)
        rows = dao.find_page(tx, wanted.sort, limit, after, wanted.condition)
    value = wanted.value
    return [row["id"] for row in rows], (rows[-1][value], rows[-1]["id"]) if rows else None


def all_pages(asked, sort):
    """Every id of a list, three at a time."""
    found, after = [], None
    while True:
        ids, after = listed(asked, sort, 3, after)
        found += ids
        if len(ids) < 3:
            return found


@pytest.mark.parametrize("sort", routes_list.SORTS)
@pytest.mark.parametrize("sorted_in", [False, True])
def test_pages_found_by_short_walks_are_the_whole_list_in_order(trading, monkeypatch, sort, sorted_in):
    whole = [listed(asked, sort, 100)[0] for asked in LISTS]
    if sorted_in:
        sort_notes()

    for walk, few in ((2, 1), (4, 100), (7, 0)):
        monkeypatch.setattr(dao, "WALK", walk)
        monkeypatch.setattr(dao, "_RARE", [(wanted, rare, few) for wanted, rare, _ in dao._RARE])

        assert [all_pages(asked, sort) for asked in LISTS] == whole
    assert [asked for asked, ids in zip(LISTS, whole, strict=True) if not ids] == [{"q": "nothing"}]


def returned(asked, sort, limit=100):
    """The ids of the list of returns, so many at a time."""
    found, after = [], None
    with reading.reading() as tx:
        args = {**asked, "sort": sort}
        wanted = routes_list.parse(tx, args, at_ms("2026-11-21T15:00"), tx.zone, routes_list.RETURN_SORTS)
        while rows := dao.find_return_page(tx, sort, limit, after, wanted.condition):
            found += [row["id"] for row in rows]
            after = rows[-1][wanted.value], rows[-1]["id"]
    return found


@pytest.mark.parametrize("sort", routes_list.RETURN_SORTS)
@pytest.mark.parametrize("asked", [{"product": "TEA"}, {"product": "WAX"}, {"product": "SOAP"}, {"channel": "store"}])
def test_returns_found_by_short_walks_are_the_whole_list_in_order(trading, monkeypatch, asked, sort):
    whole = returned(asked, sort)

    for walk, few in ((1, 0), (2, 100), (5, 0), (5, 1)):
        monkeypatch.setattr(dao, "WALK_RETURNS", walk)
        monkeypatch.setattr(dao, "FEW", few)

        assert [returned(asked, sort, limit) for limit in (1, 3, 9)] == [whole] * 3
    assert len(whole) == len(set(whole)) and (whole or asked == {"product": "WAX"})


def test_the_oldest_returns_first_are_the_newest_first_turned_round(trading):
    assert returned({}, "returned_at") == returned({}, "-returned_at")[::-1] != []


def test_the_control_a_walk_that_begins_anew_shows_orders_twice(trading, monkeypatch):
    monkeypatch.setattr(dao, "WALK", 4)
    monkeypatch.setattr(dao, "_RARE", [(wanted, rare, 0) for wanted, rare, _ in dao._RARE])
    monkeypatch.setattr(dao, "OFTEN", 1)
    newest = dao._SORTS["-placed_at"]
    monkeypatch.setitem(dao._SORTS, "-placed_at", (newest[0], newest[1], lambda stop, condition: {}))

    ids, _ = listed({"q": "SOAP"}, "-placed_at", 100)

    assert len(ids) > len(set(ids))
