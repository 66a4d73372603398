"""A value between two bounds."""

import pytest

from tests.charts.drawn import by_class, by_id, numbers, tree
from webapp import charts
from webapp.charts import Mark

MARKS = (Mark("now", "now", 240), Mark("next", "suggested", 260), Mark("then", "lowest", 230))


def said(value: float | None) -> str:
    return f"£{(value or 0) / 100:.2f}"


def test_a_band_says_both_bounds_and_each_mark_by_name():
    drawn = charts.band("b", 195, 264, MARKS, label=said, summary="£2.60 suggested")

    texts = ["".join(text.itertext()) for text in tree(drawn).iter("text")]
    assert texts == ["now £2.40", "suggested £2.60", "floor £1.95", "ceiling £2.64"]
    assert by_id(drawn, "b").get("aria-label") == "£2.60 suggested"


def test_marks_lie_on_the_band_in_the_order_of_their_values():
    drawn = charts.band("b", 195, 264, MARKS, label=said, summary="")

    places = [float(by_id(drawn, "b-then").get("x1", "").rstrip("%")), float(by_id(drawn, "b-now").get("x1", "")[:-1]),
              float(by_id(drawn, "b-next").get("cx", "")[:-1])]  # fmt: skip
    assert places == sorted(places) and places[0] > 0 and places[-1] < 100


def test_a_mark_below_the_floor_is_drawn_beside_the_band():
    drawn = charts.band("b", 300, 400, [Mark("now", "now", 240)], label=said, summary="")

    left = float(by_id(drawn, "b-allowed").get("x", "")[:-1])
    assert float(by_id(drawn, "b-now").get("x1", "")[:-1]) < left


@pytest.mark.parametrize(("value", "anchor"), [(100, "start"), (150, "middle"), (200, "end")])
def test_a_name_near_an_end_is_written_away_from_it(value, anchor):
    drawn = charts.band("b", 100, 200, [Mark("next", "suggested", value)], label=said, summary="")

    assert by_class(drawn, "next")[1].get("text-anchor") == anchor


def test_a_band_without_width_is_still_drawn_and_every_coordinate_has_one_decimal():
    drawn = charts.band("b", 240, 240, MARKS[:1] * 2, label=said, summary="")

    assert by_id(drawn, "b-allowed").get("width") == "0.5%"
    assert all(len(number.split(".")[1]) == 1 for number in numbers(drawn))
