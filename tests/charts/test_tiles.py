"""The tile map: places keep their order on the grid, each has a cell of its own, the steps are fifths."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp import regions
from webapp.charts import Tile, tiles

CITIES = ("GB-LND", "GB-MAN", "GB-BIR", "GB-EDH", "GB-BST", "GB-GLG", "GB-LDS", "GB-CRF", "GB-BNH", "GB-BFS", "GB-YOR")
places = st.lists(st.one_of(st.none(), st.tuples(st.floats(-180, 180), st.floats(-90, 90))), max_size=tiles.MOST_TILES)


def at(*codes):
    """The cell of each region on a map of all of them."""
    known = [(place[1], -place[0]) if (place := regions.place(code)) else None for code in codes]
    return dict(zip(codes, tiles.grid(known), strict=True))


def test_cities_stand_about_where_they_lie():
    cells = at(*CITIES)

    assert cells["GB-GLG"][0] < cells["GB-EDH"][0] and cells["GB-GLG"][1] < cells["GB-MAN"][1] < cells["GB-BST"][1]
    assert cells["GB-CRF"][0] <= cells["GB-BST"][0] < cells["GB-LND"][0]
    assert cells["GB-LND"][1] < cells["GB-BNH"][1] and cells["GB-BFS"][0] < cells["GB-YOR"][0]


@given(places)
def test_each_place_has_a_cell_of_its_own_within_the_grid_that_the_styles_know(some):
    cells = tiles.grid(some)

    assert len(set(cells)) == len(some)
    assert all(1 <= column <= tiles.MOST_COLUMNS and 1 <= row <= 13 for column, row in cells)


@given(places)
def test_no_row_of_the_known_places_is_empty_and_the_unknown_come_last(some):
    cells = tiles.grid(some)
    known = {row for (_, row), place in zip(cells, some, strict=True) if place is not None}
    unknown = {row for (_, row), place in zip(cells, some, strict=True) if place is None}

    assert known == set(range(1, len(known) + 1))
    assert not unknown or min(unknown) == len(known) + 1


def test_a_map_does_not_depend_on_the_order_in_which_its_places_are_given():
    assert at(*CITIES) == at(*reversed(CITIES))


def test_steps_are_fifths_of_what_is_above_zero_and_equals_are_equal():
    assert tiles.fifths([10, 20, 30, 40, 50]) == [0, 1, 2, 3, 4]
    assert tiles.fifths([5, 5, 1]) == [4, 4, 1]
    assert tiles.fifths([7]) == [4]
    assert tiles.fifths([-3, 0, 9]) == [0, 0, 4]
    assert tiles.fifths([]) == []


def test_the_list_stands_in_the_order_of_the_grid_and_says_each_name_and_figure():
    shown = [
        Tile("S", "South & West", 2, "£2", "/?region=S", (0, 9)), Tile("N", "North", 1, "£1", "/?region=N", (0, -9)),
        Tile("?", "=somewhere", 3, "£3", "/?region=%3F"),
    ]  # fmt: skip

    drawn = str(tiles.tile_map("m", shown, [1, 0, 4], label="A land"))

    assert re.findall(r'<li class="([^"]+)"', drawn) == ["x1 y1 q0", "x1 y2 q1", "x1 y3 q4"]
    assert 'title="South &amp; West, £2"' in drawn and 'aria-label="A land"' in drawn
    assert "style" not in drawn


def test_more_tiles_than_have_room_are_refused():
    many = [Tile(str(i), str(i), i, "", "/", None) for i in range(tiles.MOST_TILES + 1)]

    with pytest.raises(ValueError, match="48"):
        tiles.tile_map("m", many, [0] * len(many), label="")
