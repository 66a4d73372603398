"""Islands: one address in one form, rendered from one snapshot, whose position it states."""

import pytest

from tests.live import toy
from webapp.db import reading
from webapp.errors import Invalid, NotFound
from webapp.live import islands


@pytest.fixture
def known():
    return toy.make_islands()


def test_an_address_has_its_parameters_sorted(known):
    assert known.canonical("/count?b=2&a=1&b=1") == "/count?a=1&b=1&b=2"
    assert known.canonical("/count?") == "/count"
    assert known.canonical("/count?q=a+b%26c") == "/count?q=a%20b%26c"


def test_an_address_in_its_one_form_stays_as_it_is(known):
    once = known.canonical("/count?name=Th%C3%A9%20&x=%2F")

    assert known.canonical(once) == once


@pytest.mark.parametrize(
    "address",
    ["/nothing", "count", "", "//count", "http://elsewhere/count", "/count#x", "/count/", "/count?" + "x=1&" * 200,
     "/count\x00", "/imports//progress", "/imports/1/2/progress"],
)  # fmt: skip
def test_what_is_no_island_has_no_address(known, address):
    assert known.canonical(address) is None


def test_a_part_of_the_path_is_a_parameter(known):
    found = known.find("/imports/17/progress?x=1&x=2")

    assert (found.address, found.parameters["number"]) == ("/imports/17/progress?x=1&x=2", "17")
    assert found.parameters.getlist("x") == ["1", "2"]


def test_its_element_says_where_it_is_from_and_which_position_it_shows(shop, known):
    toy.sell(480)
    with reading.reading() as tx:
        html = known.render("/count?least=1&a=%22%3E", tx, 0)

    address, name = "/count?a=%22%3E&amp;least=1", islands.element_id("/count?a=%22%3E&least=1")
    assert html == (
        f'<p id="{name}" data-island="{address}" data-v="1" hx-get="{address}" '
        'hx-trigger="refresh" hx-target="this" hx-swap="outerMorph">1 orders</p>'
    )


def test_an_id_is_the_path_and_a_hash_of_the_query():
    assert islands.element_id("/analytics/figures") == "analytics-figures"
    assert islands.element_id("/imports/7/progress") == "imports-7-progress"
    first, second = islands.element_id("/count?a=1"), islands.element_id("/count?a=2")
    assert first.startswith("count-") and len(first) == len("count-") + 6
    assert first != second


def test_a_page_shows_all_its_islands_at_one_position(shop, known):
    toy.sell(1)
    with reading.reading() as tx:
        toy.outbox.position(tx)
        toy.sell(2)
        with islands.page(tx, 0):
            html = known.environment.get_template("page.html").render()

    assert html.count('data-v="1"') == 2
    assert "1 orders" in html and "2 orders" not in html


def test_outside_of_a_page_an_island_reads_for_itself(shop, known):
    toy.sell(5)

    assert ">1 orders<" in known.place("/count")


def test_a_wrong_parameter_is_refused_and_an_unknown_island_is_not_found(shop, known):
    with reading.reading() as tx:
        with pytest.raises(Invalid):
            known.render("/count?least=-1", tx, 0)
        with pytest.raises(NotFound):
            known.render("/nothing", tx, 0)


def test_renderings_are_compared_without_their_position():
    assert islands.unversioned('<p data-v="1">a</p>') == islands.unversioned('<p data-v="22">a</p>')
    assert islands.unversioned('<p data-v="1">a</p>') != islands.unversioned('<p data-v="1">b</p>')


def test_no_island_is_rendered_more_than_ten_times_a_second():
    known = islands.Islands()

    known.island("/quick", topics=[], template="", pace=0.001)(lambda tx, parameters, now_ms: {})

    assert known.by_path["/quick"].pace == 0.1
