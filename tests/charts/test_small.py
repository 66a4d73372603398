"""Sparklines and share bars."""

import pytest

from tests.charts.drawn import by_class, by_id, tree
from webapp import charts


def test_a_sparkline_marks_its_end_and_says_what_it_shows():
    drawn = charts.sparkline("s", [1, 5, None, 2], "Orders, last 4 days")

    assert by_id(drawn, "s").get("aria-label") == "Orders, last 4 days"
    assert by_class(drawn, "end")[0].get("d").startswith("M97 ")


@pytest.mark.parametrize("values", [[], [5], [None, None], [None, 3]])
def test_a_sparkline_needs_two_values(values):
    assert list(tree(charts.sparkline("s", values)).iter("path")) == []


def test_an_even_sparkline_runs_through_the_middle():
    assert "14" in by_class(charts.sparkline("s", [7, 7, 7]), "end")[0].get("d")


@pytest.mark.parametrize(("fraction", "width"), [(0.5, "50%"), (1.7, "100%"), (-0.2, "0%")])
def test_a_share_bar_keeps_within_its_track(fraction, width):
    assert by_id(charts.bar("b", fraction, 0.25), "b-fill").get("width") == width


def test_an_unknown_share_draws_nothing():
    drawn = charts.bar("b", None)

    assert by_class(drawn, "fill") == [] and by_class(drawn, "then") == []
