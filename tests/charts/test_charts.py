"""What holds for every chart: its rules of drawing, its words, its table, and days below zero or without a sale."""

import re

import pytest

from tests.charts.drawn import by_class, by_id, numbers, points, rows, shapes, tree
from webapp import charts, clock
from webapp.charts import Axis, Column, HeatRow, Line, Names, Tick
from webapp.charts.axes import spread, value_scale

LONDON = clock.Zone("Europe/London")
NAMES = Names("Hour", "Today", "last Saturday")
HOUR = 3_600_000


def label(value):
    return "—" if value is None else f"£{value:,.0f}".replace("£-", "−£")


def hours(values, thens=None, date="2026-11-21", open_at=None):
    thens = thens or [None] * len(values)
    return [
        Column(
            f"h{hour_ms // HOUR}", hour_ms, hour_ms + HOUR, f"{hour:02d}:00", value, then, f"{hour:02d}", i == open_at
        )
        for i, ((hour_ms, hour), value, then) in enumerate(
            zip(LONDON.hours(clock.parse_date(date)), values, thens, strict=False)
        )
    ]


def running(columns, now_at=None, names=NAMES):
    return charts.running_chart(
        "day", columns, now_at=now_at, label=label, names=names, summary="So far", now_text="now"
    )


def bars(columns, names=NAMES):
    return charts.hour_bars("hours", columns, label=label, names=names, summary="Each hour")


def days(values, thens=None, open_last=True):
    thens = thens or [None] * len(values)
    return [
        Column(f"d{i}", i, i + 1, f"day {i}", value, then, str(i), open_last and i == len(values) - 1)
        for i, (value, then) in enumerate(zip(values, thens, strict=True))
    ]


def columns_of(values, thens=None, open_last=True):
    return charts.day_columns("days", days(values, thens, open_last), label=label, names=NAMES, summary="28 days")


def heat(values, here=None):
    return charts.heat_map(
        "heat", [HeatRow(str(i), f"row {i}", row) for i, row in enumerate(values)],
        [str(i) for i in range(len(values[0]))], label=label, summary="Busiest", here=here,
    )  # fmt: skip


def lines(series, zero=True, open=False):
    count = len(series[0])
    axis = Axis(list(range(count)), [f"day {i}" for i in range(count)], [Tick(0, "0"), Tick(count - 1, "end")])
    drawn = [Line(f"line {i}", values, f"k{i + 1}", open) for i, values in enumerate(series)]
    return charts.line_chart("lines", drawn, axis, label=label, summary="Lines", zero=zero)


WEEK = [120, 90, 300, 0, 250, 410, 80]
EVERY = {
    "running": running(hours(WEEK, WEEK, open_at=6), now_at=hours(WEEK)[6].at + 1000),
    "hours": bars(hours([None, *WEEK, -40], WEEK)),
    "days": columns_of([*WEEK, -60, None, 5] * 3, [*WEEK, 0, -60, None] * 3),
    "months": columns_of(list(range(70))),
    "heat": heat([[None, 5.5, -3], [0, 100, 50]], here=(1, 2)),
    "lines": lines([[1, None, 3, 4], [4, 3, 2, 1]]),
    "nothing": running(hours([0, 0, 0], [0, 0, 0], open_at=2), now_at=hours([0])[0].at),
    "unknown": bars(hours([None, None])),
}


@pytest.mark.parametrize("name", EVERY)
def test_no_style_stands_inside_and_every_element_is_closed(name):
    assert "style=" not in EVERY[name]
    assert tree(EVERY[name]) is not None


@pytest.mark.parametrize("name", EVERY)
def test_nothing_reads_as_a_machine_would_say_it(name):
    assert not re.search(r"\bnan\b|None|\binf\b|[ \">]-0\b", EVERY[name])


@pytest.mark.parametrize("name", EVERY)
def test_coordinates_have_one_decimal_at_most(name):
    assert [text for text in numbers(EVERY[name]) if len(text.split(".")[1]) > 1] == []


@pytest.mark.parametrize("name", EVERY)
def test_a_chart_stays_under_two_hundred_shapes_and_twelve_kilobytes(name):
    assert len(shapes(EVERY[name])) <= 200
    assert len(EVERY[name]) <= 12_000


@pytest.mark.parametrize("name", EVERY)
def test_ids_are_unique_and_begin_with_the_key(name):
    ids = [element.get("id") for element in tree(EVERY[name]).iter() if element.get("id")]

    assert len(set(ids)) == len(ids)
    assert all(id_.startswith(ids[0]) for id_ in ids)


@pytest.mark.parametrize("name", [name for name in EVERY if name != "heat"])
def test_the_outer_drawing_has_no_view_box_and_can_be_read_by_keys(name):
    plot = by_class(EVERY[name], "plot")[0]

    assert plot.get("viewBox") is None
    assert plot.get("role") == "img" and plot.get("tabindex") == "0" and plot.get("aria-label")
    assert [inner.get("viewBox") for inner in plot.iter("svg")][1:] == ["0 0 1000 100"]


@pytest.mark.parametrize("name", EVERY)
def test_every_chart_has_a_line_to_read_from_and_a_table_behind(name):
    assert len(by_class(EVERY[name], "read")) == 1
    assert len(rows(EVERY[name])) > 1


# ---- The running curve ----


def test_the_curve_ends_at_the_present_and_the_earlier_day_goes_on_to_its_end():
    columns = hours([100, 200, None, None], [100, 100, 100, 100], open_at=1)
    now_at = columns[1].at + HOUR // 2

    drawn = running(columns, now_at)

    assert points(by_id(drawn, "day-now-line"))[-1][0] == 250
    assert points(by_id(drawn, "day-open-line"))[-1][0] == 375
    assert points(by_id(drawn, "day-then-line"))[-1][0] == 1000
    assert by_id(drawn, "day-dot").get("cx") == "37.5%"


def test_the_open_hour_is_drawn_apart_from_the_finished_ones():
    drawn = running(hours([100, 200, 50, None], open_at=2), now_at=hours([0, 0, 0])[2].at + 60_000)

    assert by_id(drawn, "day-open-line").get("class") == "l-now l-open"
    assert [bar.get("id") for bar in by_class(drawn, "bar-open")] == ["day-h" + str(hours([0] * 3)[2].at // HOUR)]
    assert len(by_class(drawn, "bar-now")) == 2


def test_a_path_has_as_many_commands_at_every_time_of_day():
    early = running(hours([5, None, None, None], open_at=0), now_at=hours([0])[0].at + 60_000)
    late = running(hours([5, 6, 7, 8], open_at=3), now_at=hours([0] * 4)[3].at + 60_000)

    for name in ("day-now-line", "day-open-line", "day-then-line"):
        assert len(points(by_id(early, name))) == len(points(by_id(late, name)))


@pytest.mark.parametrize(("date", "count"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_hours_lie_by_instant_on_days_of_23_and_25_hours(date, count):
    columns = hours([10] * count, date=date)

    drawn = running(columns)

    line = points(by_id(drawn, "day-now-line"))
    assert len(columns) == count
    assert [x for x, _ in line] == [round(1000 * i / count, 1) for i in range(count + 1)]
    assert line[-1][0] == 1000


def test_the_running_total_of_the_table_is_the_sum_of_its_hours():
    table = rows(running(hours([100, 20, 3, None], [1, 2, 3, 4], open_at=2), now_at=hours([0] * 3)[2].at))

    assert table[0] == ["Hour", "Today", "last Saturday", "Running total"]
    assert [row[3] for row in table[1:]] == ["£100", "£120", "£123", "—"]
    assert table[3][0] == "02:00 (so far)"


def test_a_day_that_is_over_has_no_dot_but_its_sum_at_the_end():
    drawn = running(hours([100, 200], [50, 60]))

    assert by_class(drawn, "dot") == []
    assert ["".join(text.itertext()) for text in by_class(drawn, "t-n")] == ["£300"]


def test_without_a_comparison_there_is_no_grey_line_and_no_column_for_it():
    drawn = running(hours([100, 200]), names=Names("Hour", "Today"))

    assert by_class(drawn, "l-then") == []
    assert rows(drawn)[0] == ["Hour", "Today", "Running total"]


def test_a_day_that_falls_below_zero_keeps_its_curve_inside():
    drawn = running(hours([100, -300, 50], open_at=2), now_at=hours([0] * 3)[2].at + 1)

    assert all(0 <= y <= 100 for _, y in points(by_id(drawn, "day-now-line")))


# ---- Bars ----


def test_what_is_below_zero_hangs_from_the_zero_line():
    drawn = columns_of([100, -50], open_last=False)
    up, down = by_id(drawn, "days-d0"), by_id(drawn, "days-d1")

    assert float(up.get("y")) + float(up.get("height")) == pytest.approx(float(down.get("y")), abs=0.2)
    assert float(up.get("height")) == pytest.approx(2 * float(down.get("height")), abs=0.2)


def test_zero_has_a_bar_of_no_height_and_no_data_has_none():
    drawn = columns_of([100, 0, None], open_last=False)

    assert by_id(drawn, "days-d1").get("height") == "0"
    assert [bar.get("id") for bar in by_class(drawn, "bar-now")] == ["days-d0", "days-d1"]
    assert rows(drawn)[3][1] == "—"


def test_a_small_value_beside_a_huge_one_can_still_be_seen():
    drawn = columns_of([1, 1_000_000], open_last=False)

    assert float(by_id(drawn, "days-d0").get("height")) == 0.8


def test_the_open_day_is_drawn_apart():
    drawn = columns_of([100, 50])

    assert [bar.get("id") for bar in by_class(drawn, "bar-open")] == ["days-d1"]
    assert rows(drawn)[2][0] == "day 1 (so far)"


def test_hours_to_come_leave_only_the_mark_of_the_earlier_day():
    drawn = bars(hours([100, None], [80, 90]))

    assert len(by_class(drawn, "bar-now")) == 1
    assert by_id(drawn, "hours-then").get("d").count("M") == 2


def test_more_than_sixty_bars_are_one_shape():
    drawn = columns_of([5] * 365)

    assert len(by_class(drawn, "bar-now")) == 1
    assert by_class(drawn, "bar-now")[0].get("d").count("M") == 364


# ---- Heat map ----


def test_the_five_classes_are_equal_steps_from_zero():
    drawn = heat([[0, 19, 20, 55, 79, 100]])

    classes = [cell.get("class") for cell in tree(drawn).iter("td")]
    assert classes == ["q0", "q0", "q1", "q2", "q3", "q4"]


def test_every_cell_says_its_figure_and_the_present_one_says_that_it_is():
    drawn = heat([[10, None], [-20, 40]], here=(1, 1))

    assert rows(drawn)[1:] == [["0", "£10", "—"], ["1", "−£20", "£40"]]
    assert [cell.get("aria-current") for cell in by_class(drawn, "here")] == ["time"]


def test_a_map_without_sales_is_pale_and_has_no_false_top():
    drawn = heat([[0, 0], [0, 0]])

    assert {cell.get("class") for cell in tree(drawn).iter("td")} == {"q0"}


# ---- Lines ----


def test_no_data_is_a_gap_and_a_lone_point_a_dot():
    drawn = lines([[1, None, 3, None, 5, 6]])

    assert by_id(drawn, "lines-0").get("d").count("M") == 5
    assert by_id(drawn, "lines-0").get("d").count("h.01") == 2


def test_a_scale_that_does_not_start_at_zero_says_so():
    cut, whole = lines([[4300, 4900]], zero=False), lines([[4300, 4900]])

    assert "The scale starts at £4,300, not at zero." in cut
    assert "The scale starts" not in whole


def test_the_way_to_an_unfinished_bucket_is_dashed():
    drawn = lines([[5, 6, 2]], open=True)

    assert len(points(by_id(drawn, "lines-0"))) == 2
    assert by_id(drawn, "lines-0-open").get("class") == "l-cat k1 l-open"


def test_a_fifth_line_is_refused():
    with pytest.raises(ValueError, match="at most 4"):
        lines([[1, 2]] * 5)


# ---- Axes ----


def test_labels_that_collide_are_pushed_apart_in_their_order():
    placed = spread([50, 52, 51], 10)

    assert placed[0] < placed[2] < placed[1]
    assert placed[2] - placed[0] >= 10 and placed[1] - placed[2] >= 10


def test_labels_at_the_edge_stay_inside():
    assert spread([99, 99, 99], 15) == [70, 85, 100]


def test_more_labels_than_fit_are_pressed_together_evenly():
    assert spread([50] * 5, 40) == [0, 25, 50, 75, 100]


def test_ticks_that_would_read_alike_are_written_in_full():
    def thousands(value):
        return f"£{value / 1000:.0f}k"

    drawn = charts.day_columns(
        "days", days([900, 1_700], open_last=False), label=label, names=NAMES, summary="s", axis=(thousands,)
    )

    texts = ["".join(text.itertext()) for text in by_class(drawn, "tick")]
    assert len(set(texts)) == len(texts) and "£500" in texts


def test_the_scale_holds_zero_and_leaves_room_above():
    scale = value_scale([300, 790], 4)

    assert scale.lo == 0 and scale.hi > 790 and scale.y(0) == 100


def test_names_below_are_thinned_before_they_collide():
    drawn = bars(hours(list(range(24))))

    shown = by_class(drawn, "x")
    assert 6 <= len(shown) <= 24
    assert len([text for text in shown if "minor" not in text.get("class")]) <= 12


def test_what_the_caller_names_is_escaped():
    drawn = charts.hour_bars("h", hours([1, 2]), label=label, names=Names("<b>", "a & b"), summary='say "<script>"')

    assert "<script>" not in drawn and "<b>" not in drawn
    assert rows(drawn)[0][1] == "a & b"
