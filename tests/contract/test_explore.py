"""`GET /explore`, its dictionary and the reconciliation against section 4 of the contract."""

import csv
import io
import itertools
from decimal import Decimal

import pytest

from tests.contract import sales
from tests.contract.conftest import NOW, Api, exact, pairs
from tests.contract.sales import LONDON, chosen, facts, moment, ratio, recount

D = Decimal
METRICS = (
    "net_sales", "gross_sales", "returns", "return_rate", "orders", "units", "units_returned", "average_order_value",
    "units_per_order", "average_unit_price", "cost", "gross_margin", "gross_margin_ratio", "cost_coverage",
)  # fmt: skip
DIMENSIONS = (
    "product", "category", "brand", "vendor", "price_tier", "channel", "location", "region", "weekday", "hour",
)  # fmt: skip
PRODUCT_ONES = DIMENSIONS[:5]
SUMS = ("net_sales", "gross_sales", "returns", "units", "units_returned", "cost", "gross_margin")
EVERY = "&".join(f"metric={name}" for name in METRICS)


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The shop of sales.py at NOW, which nobody changes."""
    from webapp import clock, config
    from webapp.app import create_app
    from webapp.db import reading, store, writer

    folder = tmp_path_factory.mktemp("explored")
    settings = config.load({"TAKINGS_DATABASE": str(folder / "shop.db"), "TAKINGS_LOG": "text"}, dotenv=None)
    (folder / "clock").write_text(NOW)
    store.open(settings)
    known = Api(create_app(settings).test_client())
    clock.set_clock_file(folder / "clock")
    sales.fill(known)
    yield known
    writer.close()
    writer.use(None)
    reading.close()
    clock.set_clock_file(None)


def explore(api, query=""):
    return exact(api.get("/explore?" + query))


def bucket(fact, grain):
    """The bucket of a fact, as `time` names it."""
    local = fact.at.astimezone(LONDON)
    day = local.date()
    if grain == "hour":
        begun = local.replace(minute=0, second=0, microsecond=0)
        return begun.astimezone(moment(NOW).tzinfo).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if grain == "week":
        day = day.fromordinal(day.toordinal() - day.weekday())
    if grain in ("month", "quarter", "year"):
        month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[grain]
        day = day.replace(month=month, day=1)
    return day.isoformat()


def grouped(some, by, grain=None):
    """The recount of each group that has a fact."""
    groups = {}
    for fact in some:
        key = tuple(fact.values[name] for name in by)
        groups.setdefault(((bucket(fact, grain),) if grain else ()) + key, []).append(fact)
    return {key: recount(held) for key, held in groups.items()}


def key_of(row, by, grain=None):
    named = tuple(row["sku"] if name == "product" else row[name] for name in by)
    return ((row["time"],) if grain else ()) + named


def assert_adds_up(answer, by):
    for name in SUMS + (() if set(by) & set(PRODUCT_ONES) else ("orders",)):
        total = sum((row[name] for row in answer["rows"]), start=D(0)) + answer["rest"][name]
        assert total == answer["totals"][name], (by, name)


# ---- The answer as it stands ----


def test_net_sales_of_all_time_is_what_is_told_when_nothing_is_asked(full):
    answer = explore(full)

    assert (answer["as_of"], answer["currency"], answer["compare"]) == (NOW, "GBP", None)
    assert answer["period"] == {"name": "all", "from": None, "to": None, "open": True}
    assert [metric["name"] for metric in answer["metrics"]] == ["net_sales"]
    assert [row["net_sales"] for row in answer["rows"]] == [D("326.62")]
    assert answer["totals"]["net_sales"] == D("326.62") and answer["rest"]["net_sales"] == 0
    assert answer["seq"] == exact(full.get("/analytics"))["seq"]


def test_every_metric_is_what_a_recount_gives_under_every_filter(full):
    for name, value in (
        (None, None), ("channel", "store"), ("location", "pier"), ("region", "GB"), ("category", "Drinks"),
        ("brand", "Pine"), ("vendor", "North"), ("product", "MUG"), ("price_tier", "budget"), ("weekday", 6),
        ("hour", 10),
    ):  # fmt: skip
        totals = explore(full, EVERY + (f"&{name}={value}" if name else ""))["totals"]
        assert {metric: totals[metric] for metric in METRICS} == recount(chosen(**({name: [value]} if name else {})))


def test_each_metric_says_what_it_means(full):
    for metric in explore(full, EVERY)["metrics"]:
        assert set(metric) >= {"name", "title", "unit", "definition", "formula", "version", "additive"}
        assert metric["title"] and metric["definition"] and metric["formula"] and metric["version"] >= 1
        additive = set(metric["additive"])
        if metric["name"] in SUMS:
            assert additive == set(DIMENSIONS)
        elif metric["name"] == "orders":
            assert additive == set(DIMENSIONS) - set(PRODUCT_ONES)
        else:
            assert additive == set()


def test_the_dictionary_lists_every_metric_and_dimension(full):
    said = exact(full.get("/explore/metrics"))

    assert {metric["name"] for metric in said["metrics"]} >= set(METRICS)
    assert said["metrics"][: len(METRICS)] == explore(full, EVERY)["metrics"]
    assert [one["name"] for one in said["dimensions"]] == list(DIMENSIONS)
    assert all(set(one) >= {"name", "title"} and one["title"] for one in said["dimensions"])


# ---- By dimensions ----


def test_by_each_dimension_every_metric_is_what_a_recount_gives(full):
    for by in DIMENSIONS:
        answer = explore(full, f"{EVERY}&by={by}")

        told = {key_of(row, [by]): {name: row[name] for name in METRICS} for row in answer["rows"]}
        assert told == grouped(facts(), [by]), by
        assert_adds_up(answer, [by])


def test_by_two_and_three_dimensions_every_metric_is_what_a_recount_gives(full):
    several = [*itertools.combinations(DIMENSIONS, 2), ("product", "channel", "weekday"),
               ("region", "location", "hour"), ("category", "brand", "vendor")]  # fmt: skip
    for by in several:
        answer = explore(full, EVERY + "".join(f"&by={name}" for name in by) + "&limit=1000")

        told = {key_of(row, by): {name: row[name] for name in METRICS} for row in answer["rows"]}
        assert told == grouped(facts(), by), by
        assert_adds_up(answer, by)


def test_a_row_of_a_product_names_it(full):
    row = explore(full, "by=product&by=channel&metric=net_sales&metric=orders&product=TEA&channel=online")["rows"][0]

    assert {name: row[name] for name in ("product", "sku", "name", "channel", "net_sales", "orders")} == {
        "product": exact(full.get("/products/TEA"))["id"], "sku": "TEA", "name": "Iced tea", "channel": "online",
        "net_sales": D("14.40"), "orders": 2,
    }  # fmt: skip


def test_rows_stand_by_the_first_metric_descending_then_by_the_dimension(full):
    assert [row["category"] for row in explore(full, "by=category")["rows"]] == [
        "Home", "Drinks/Cold", "Drinks", "Drinks/Hot"
    ]  # fmt: skip
    units = explore(full, "metric=units&metric=net_sales&by=product")["rows"]
    assert [(row["sku"], row["units"]) for row in units] == [("COLA", 36), ("TEA", 25), ("MUG", 18), ("BAG", 11)]
    orders = explore(full, "metric=orders&by=location")["rows"]
    assert [(row["location"], row["orders"]) for row in orders] == [
        (None, 11), ("pier", 7), ("quay", 4), ("abroad", 2)
    ]  # fmt: skip


def test_a_limit_cuts_rows_and_rest_and_rows_are_the_totals(full):
    for by in DIMENSIONS:
        whole = explore(full, f"{EVERY}&by={by}")
        for limit in (1, 2, 3):
            answer = explore(full, f"{EVERY}&by={by}&limit={limit}")
            assert answer["rows"] == whole["rows"][:limit]
            assert answer["totals"] == whole["totals"]
            assert_adds_up(answer, [by])
    rest = explore(full, f"{EVERY}&by=product&limit=2")["rest"]
    assert (rest["net_sales"], rest["units"]) == (D("71.63"), 47)


def test_a_hundred_rows_are_told_unless_more_are_wanted(full):
    assert len(explore(full, "grain=day")["rows"]) == 100
    assert len(explore(full, "grain=day&limit=10000")["rows"]) == 366  # 21 November 2025 to 21 November 2026


# ---- By time ----


@pytest.mark.parametrize(
    ("grain", "first", "last", "count"),
    [
        ("hour", "2025-11-21T08:00:00.000Z", "2026-11-21T10:00:00.000Z", 365 * 24 + 3),
        ("day", "2025-11-21", "2026-11-21", 366),
        ("week", "2025-11-17", "2026-11-16", 53),
        ("month", "2025-11-01", "2026-11-01", 13),
        ("quarter", "2025-10-01", "2026-10-01", 5),
        ("year", "2025-01-01", "2026-01-01", 2),
    ],
)
def test_every_bucket_up_to_now_is_a_row_and_the_last_one_is_open(full, grain, first, last, count):
    answer = explore(full, f"{EVERY}&grain={grain}&limit=10000")

    rows = answer["rows"]
    assert (rows[0]["time"], rows[-1]["time"], len(rows)) == (first, last, count)
    assert [row["time"] for row in rows] == sorted({row["time"] for row in rows})
    assert [row["open"] for row in rows] == [False] * (count - 1) + [True]
    told = grouped(facts(), [], grain)
    for row in rows:
        counted = told.get((row["time"],), recount([]))
        assert {name: row[name] for name in METRICS} == counted, row["time"]
    assert_adds_up(answer, [])


def test_buckets_without_sales_are_nought_or_null(full):
    row = explore(full, f"{EVERY}&grain=day&from=2026-11-10&to=2026-11-10")["rows"]

    assert len(row) == 1
    nothing = {"orders", "units", "units_returned", "net_sales", "gross_sales", "returns", "cost", "gross_margin"}
    assert {name for name in METRICS if row[0][name] == 0} == nothing
    assert {name for name in METRICS if row[0][name] is None} == set(METRICS) - nothing


def test_a_bucket_is_told_for_each_group(full):
    answer = explore(full, f"{EVERY}&grain=day&by=channel&by=product&from=2026-11-14&to=2026-11-16&limit=1000")

    told = grouped(chosen(("2026-11-14T00:00:00Z", "2026-11-17T00:00:00Z")), ["channel", "product"], "day")
    for row in answer["rows"]:
        counted = told.pop(key_of(row, ["channel", "product"], "day"), recount([]))
        assert {name: row[name] for name in METRICS} == counted
    assert not told
    assert {row["time"] for row in answer["rows"]} == {"2026-11-14", "2026-11-15", "2026-11-16"}
    assert_adds_up(answer, ["product"])


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23), ("2026-11-20", 24)])
def test_a_day_has_as_many_hours_as_the_clock_gave_it(full, day, hours):
    answer = explore(full, f"grain=hour&from={day}&to={day}&metric=net_sales&metric=orders")

    assert len(answer["rows"]) == hours
    if hours == 25:
        rows = {row["time"]: row["net_sales"] for row in answer["rows"]}
        assert rows["2026-10-24T23:00:00.000Z"] == D("2.40")
        assert rows["2026-10-25T00:00:00.000Z"] == D("4.00") and rows["2026-10-25T01:00:00.000Z"] == D("8.00")
        assert answer["totals"]["net_sales"] == D("19.20")


def test_a_period_in_the_midst_of_buckets_shows_what_lies_in_it_and_no_more(full):
    span = ("2026-11-14T10:15:00Z", "2026-11-16T00:00:00.001Z")
    for grain, first in (("hour", "2026-11-14T10:00:00.000Z"), ("day", "2026-11-14"), ("week", "2026-11-09"),
                         ("month", "2026-11-01"), ("year", "2026-01-01")):  # fmt: skip
        answer = explore(full, f"{EVERY}&grain={grain}&from={span[0]}&to={span[1]}")
        told = grouped(chosen(span), [], grain)
        assert answer["rows"][0]["time"] == first
        for row in answer["rows"]:
            assert {name: row[name] for name in METRICS} == told.pop((row["time"],), recount([])), (grain, row["time"])
        assert not told


def test_what_is_open_is_what_ends_after_now(full):
    rows = explore(full, "grain=day&period=7d")["rows"]

    assert [(row["time"], row["open"]) for row in rows][-2:] == [("2026-11-20", False), ("2026-11-21", True)]
    assert [row["open"] for row in explore(full, "grain=week&from=2026-11-02&to=2026-11-20")["rows"]] == [
        False, False, True
    ]  # fmt: skip


def test_rows_with_time_can_stand_by_the_metric_and_rows_by_time(full):
    by_metric = explore(full, "grain=month&sort=net_sales")["rows"]
    assert [row["net_sales"] for row in by_metric] == sorted((row["net_sales"] for row in by_metric), reverse=True)
    by_time = explore(full, "grain=month&sort=time")["rows"]
    assert [row["time"] for row in by_time] == sorted(row["time"] for row in by_time)
    assert by_time == explore(full, "grain=month")["rows"]


# ---- Comparison ----


def test_rows_totals_and_rest_stand_beside_the_comparison(full):
    answer = explore(full, f"{EVERY}&by=channel&period=today&compare=weekday&limit=1")

    now = chosen(("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"))
    then = chosen(("2026-11-14T00:00:00Z", "2026-11-14T10:15:00Z"))
    assert answer["compare"] == {
        "name": "weekday", "from": "2026-11-14T00:00:00.000Z", "to": "2026-11-14T10:15:00.000Z"
    }  # fmt: skip
    assert_compared(answer["totals"], recount(now), recount(then))
    first = answer["rows"][0]
    assert_compared(
        first, *(recount([fact for fact in some if fact.values["channel"] == first["channel"]]) for some in (now, then))
    )
    for name in ("net_sales", "orders"):
        for kind in ("compare", "change"):
            assert first[kind][name] + answer["rest"][kind][name] == answer["totals"][kind][name]


def assert_compared(row, now, then):
    assert {name: row[name] for name in METRICS} == now
    assert row["compare"] == then
    for name in METRICS:
        change = None if now[name] is None or then[name] is None else now[name] - then[name]
        assert row["change"][name] == change, name
        assert row["change_ratio"][name] == (None if change is None else ratio(change, then[name])), name


def test_each_day_is_compared_with_the_day_it_corresponds_to_and_the_open_one_up_to_the_same_time(full):
    rows = explore(full, "grain=day&period=7d&metric=net_sales")["rows"]

    told = {row["time"]: row["compare"]["net_sales"] for row in rows}
    assert told["2026-11-21"] == D("25.00")  # 14 November until 10:15, less what came back then
    assert told["2026-11-16"] == D("1.00")
    assert {told[day] for day in ("2026-11-15", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20")} == {D(0)}


def test_nothing_is_compared_without_a_period_or_with_none(full):
    for query in ("by=channel", "by=channel&period=today&compare=none"):
        answer = explore(full, query)
        assert answer["compare"] is None
        for row in (*answer["rows"], answer["totals"], answer["rest"]):
            assert [row.get(kind) for kind in ("compare", "change", "change_ratio")] == [None] * 3


def test_what_sold_only_then_is_a_row_too(full):
    rows = explore(full, "by=product&period=today&compare=weekday&metric=net_sales")["rows"]
    now = explore(full, "by=product&period=yesterday&compare=weekday&metric=net_sales")["rows"]

    assert {row["sku"] for row in rows} == {"TEA", "MUG", "BAG"}
    assert {row["sku"]: row["compare"]["net_sales"] for row in now} == {"TEA": 0, "COLA": 0, "BAG": 0}


# ---- What cannot be asked, and the other face ----


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("metric=revenue", "metric"),
        ("metric=net_sales&metric=x", "metric"),
        ("by=colour", "by"),
        ("by=product&by=channel&by=brand&by=hour", "by"),
        ("grain=minute", "grain"),
        ("sort=units", "sort"),
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("metrics=orders", "metrics"),
        ("channel=shop", "channel"),
        ("period=today&from=2026-01-01", "period"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(full, query, parameter):
    for face in ("json", "csv"):
        assert [name for name, _ in pairs(full.get(f"/explore?{query}&format={face}"))] == [parameter]


def test_csv_has_the_rows_of_the_answer_all_of_them(full):
    answer = full.get("/explore?grain=day&metric=net_sales&metric=orders&format=csv")

    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    told = explore(full, "grain=day&metric=net_sales&metric=orders&limit=10000")["rows"]
    assert [(row["time"], row["net_sales"], row["orders"]) for row in rows] == [
        (row["time"], str(row["net_sales"]), str(row["orders"])) for row in told
    ]
    compared = full.get("/explore?by=product&period=today&format=csv").get_data(as_text=True).splitlines()
    assert compared[0].startswith("product,sku,name,net_sales,")


# ---- The reconciliation ----


def test_every_breakdown_is_laid_beside_the_headline(full):
    for query in ("", "?period=today", "?period=28d&channel=store", "?category=Drinks", "?from=2026-11-14T10:15:00Z"):
        answer = exact(full.get("/analytics/reconciliation" + query))

        headline = exact(full.get("/analytics" + query))
        assert answer["headline"]["net_sales"] == headline["total_revenue"]
        assert answer["headline"]["orders"] == headline["orders"]
        assert answer["balanced"] is True
        assert [one["dimension"] for one in answer["breakdowns"]] == list(DIMENSIONS)
        for each in answer["breakdowns"]:
            assert each["sums"]["net_sales"] == headline["total_revenue"]
            assert {value for value in each["differences"].values() if value is not None} == {0}
