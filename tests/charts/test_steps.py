"""Steps: flat between changes, upright at them, on a scale that holds zero, with the table behind."""

import re

from webapp import charts
from webapp.charts import Step


def drawn(*steps, until=100, **more):
    return str(
        charts.step_chart("s", [Step(*step) for step in steps], until, [], heads=("From", "Price"), label=lambda value: f"{value:g}",
                          summary="Prices.", **more)
    )  # fmt: skip


def points(markup):
    d = re.search(r'id="s-steps"[^>]* d="([^"]+)"', markup)[1]
    return [tuple(float(part) for part in pair.split()) for pair in re.split("[ML]", d)[1:]]


def test_the_line_is_flat_until_it_changes_and_then_upright():
    found = points(drawn((0, 10, "a"), (50, 20, "b")))

    assert [x for x, _ in found] == [0, 500, 500, 1000]
    assert found[0][1] == found[1][1] > found[2][1] == found[3][1]


def test_one_step_is_one_line_across():
    assert [x for x, _ in points(drawn((0, 10, "a")))] == [0, 1000]
    assert [x for x, _ in points(drawn((100, 10, "a")))] == [0, 0]  # a begin that is the end


def test_the_table_has_a_row_a_step_in_its_middle():
    markup = drawn((0, 10, "a", ("x",)), (80, 20, "b", ("y",)))

    assert re.findall(r'<tr data-x="([\d.]+)"', markup) == ["40", "90"]
    assert re.findall(r"<t[hd][^>]*>([^<]+)</t[hd]>", markup)[-6:] == ["a", "10", "x", "b", "20", "y"]


def test_the_last_value_is_named_at_its_end_and_zero_is_on_the_scale():
    markup = drawn((0, 10, "a"), (50, 20, "b"), name="price")

    assert re.search(r">20</text><text[^>]*>price<", markup)
    assert 'class="grid zero"' in markup


def test_a_level_below_zero_hangs_below_the_zero_line():
    found = points(drawn((0, 5, "a"), (50, -5, "b")))

    assert found[-1][1] > found[0][1]
