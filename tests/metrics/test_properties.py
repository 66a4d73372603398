"""Over random histories: kept rollups = rebuilt rollups = a recount by hand, for each metric with each dimension."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.metrics import recounts
from webapp.metrics import buckets, dao, filters, rollups
from webapp.metrics.ask import ask
from webapp.metrics.definitions import DIMENSIONS, GRAINS, METRICS
from webapp.metrics.periods import Period

slow = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def resolved(shop, asked):
    """Filters of ids as a request would give them."""
    return filters.resolve(shop.tx, {name: [str(value) for value in values] for name, values in asked.items()})


def known(shop, asked):
    """The filters without regions that this shop has never seen, which a request could not ask for."""
    kept = {
        name: [value for value in values if name != "region" or dao.region_known(shop.tx, value)]
        for name, values in asked.items()
    }
    return {name: values for name, values in kept.items() if values}


def short(bounds):
    """Whether a period is asked for hour by hour: over 100,000 rows are refused, and eight years by product are more."""
    return None not in bounds and bounds[1] - bounds[0] <= 60 * 86_400_000


def period(bounds):
    """A period without a name between two instants."""
    return Period(None, *bounds, open=False)


@slow
@given(recounts.histories())
def test_kept_rollups_equal_rebuilt_ones(shop):
    assert rollups.check(shop.tx) == []
    rollups.settle(shop.tx)
    kept = {name: shop.kept(name) for name in dao.ROLLUPS}

    assert rollups.check(shop.tx) == []
    rollups.rebuild(shop.tx)
    rebuilt = {name: shop.kept(name) for name in dao.ROLLUPS}

    assert kept == rebuilt


@slow
@given(recounts.histories(), recounts.periods(), recounts.filter_sets())
def test_each_metric_by_each_dimension_equals_a_recount(shop, bounds, asked):
    asked = known(shop, asked)
    for dimension in DIMENSIONS:
        found = ask(
            shop.tx, list(METRICS), by=[dimension], period=period(bounds), filters=resolved(shop, asked),
            now_ms=shop.now_ms, limit=None,
        )  # fmt: skip

        assert {row.keys: row.values for row in found.rows} == recounts.recount(shop, [dimension], asked, *bounds)


@slow
@given(
    recounts.histories(), recounts.periods(), recounts.filter_sets(),
    st.lists(st.sampled_from(sorted(DIMENSIONS)), max_size=3, unique=True),
)  # fmt: skip
def test_each_metric_by_several_dimensions_equals_a_recount_and_so_does_the_total(shop, bounds, asked, by):
    asked = known(shop, asked)

    found = ask(
        shop.tx,
        list(METRICS),
        by=by,
        period=period(bounds),
        filters=resolved(shop, asked),
        now_ms=shop.now_ms,
        limit=None,
    )

    whole = recounts.recount(shop, [], asked, *bounds).get((), {name: found.totals.values[name] for name in METRICS})
    assert found.totals.values == whole
    if by:
        assert {row.keys: row.values for row in found.rows} == recounts.recount(shop, by, asked, *bounds)


@slow
@given(
    recounts.histories(), recounts.periods(), recounts.filter_sets(), st.sampled_from(GRAINS),
    st.lists(st.sampled_from(["product", "category", "channel"]), max_size=1),
)  # fmt: skip
def test_wanted_5_every_bucket_holds_exactly_what_its_own_period_holds(shop, bounds, asked, grain, by):
    asked = known(shop, asked)
    assume(grain != "hour" or short(bounds))

    found = ask(
        shop.tx, list(METRICS), by=by, grain=grain, period=period(bounds), filters=resolved(shop, asked),
        now_ms=shop.now_ms, limit=None,
    )  # fmt: skip

    for row in found.rows:
        begin = row.time if grain == "hour" else shop.zone.bounds(row.time)[0]
        end = buckets.end_of(grain, row.time, shop.zone)
        begin, end = max(begin, bounds[0] or begin), min(end, bounds[1] or end)
        recounted = recounts.recount(shop, by, asked, begin, end).get(row.keys)
        if recounted is None:
            assert not any(row.measures)
        else:
            assert row.values == recounted


@slow
@given(
    recounts.histories(), recounts.periods(), recounts.filter_sets(),
    st.sampled_from([None, *GRAINS]), st.lists(st.sampled_from(sorted(DIMENSIONS)), max_size=2, unique=True),
    st.integers(1, 5),
)  # fmt: skip
def test_wanted_1_rows_and_rest_sum_to_the_headline_of_every_additive_metric(shop, bounds, asked, grain, by, limit):
    asked = known(shop, asked)
    assume(grain != "hour" or short(bounds))

    found = ask(
        shop.tx, list(METRICS), by=by, grain=grain, period=period(bounds), filters=resolved(shop, asked),
        now_ms=shop.now_ms, limit=limit,
    )  # fmt: skip

    assert len(found.rows) <= limit
    for metric in METRICS.values():
        if metric.additive and metric.additive_over(by):
            total = found.totals.values[metric.name]
            assert sum(row.values[metric.name] for row in found.rows) + found.rest.values[metric.name] == total


@slow
@given(recounts.histories(), recounts.periods())
def test_wanted_15_a_renamed_or_moved_product_changes_no_past_figure(shop, bounds):
    before = {
        name: ask(shop.tx, list(METRICS), by=[name], period=period(bounds), now_ms=shop.now_ms, limit=None).rows
        for name in DIMENSIONS
    }

    for product in (1, 2, 3):
        shop.product(product, category=4, brand=2, vendor=2, price_tier=2)
    shop.run("update product set name = 'Renamed', price_minor = 999")

    for name in DIMENSIONS:
        after = ask(shop.tx, list(METRICS), by=[name], period=period(bounds), now_ms=shop.now_ms, limit=None).rows
        assert after == before[name]


def test_every_metric_of_the_dictionary_is_recounted():
    assert set(recounts._metrics(dict.fromkeys(("gross", "returns", "units", "back", "costed", "cost"), 0), 0)) == set(
        METRICS
    )


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_a_metric_without_a_base_is_unknown_and_never_zero(metric):
    value = metric.value([0] * 7)

    assert value is None if metric.bottom else value == 0
