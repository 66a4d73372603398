"""What an accepted suggestion did, and the least that could be seen of it: units of the product beside comparable ones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp import clock
from webapp.db import reading, writer
from webapp.jobs.progress import Context
from webapp.recommendations import actions, dao
from webapp.recommendations.jobs import learning
from webapp.recommendations.rules import afterwards, outlook
from webapp.recommendations.rules.brief import Draft
from webapp.weather import dao as weather

Series = list[float | None]
HISTORY_DAYS, MOST_OTHERS = 240, 40
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Footing:
    """What a measurement stands on: units a day without what the weather did to them, from the day `first` on.

    target: of the product. others: of comparable ones. None: the shop sold nothing on that day, or the product was not there
    yet. sold: units of the product from the first day measured on, as they were sold.
    """

    target: Series
    others: list[Series]
    first: int
    sold: float


def measure(context: Context) -> None:
    """Each accepted suggestion that has run for two whole days, or has ended, is measured anew, until eight weeks were seen or it ended."""
    from webapp.recommendations.rules import uplift

    now_ms = clock.now_ms()
    with reading.reading() as tx:
        wanted = dao.find_to_measure(tx, now_ms - afterwards.LEAST_DAYS * DAY_MS, now_ms)
        today, zone = tx.zone.day_of(now_ms), tx.zone
    for row in wanted:
        context.breathe()
        start_day = zone.day_of(row["starts_ms"] + DAY_MS - 1)  # the first day that it ran for from its morning
        end_day = min(today, max(zone.day_of(row["ends_ms"]), start_day))
        after = min(end_day - start_day, 56)
        found = None
        if after >= afterwards.LEAST_DAYS:
            with reading.reading() as tx:
                on = footing(tx, row["product_id"], start_day, end_day, _changed(tx, row, now_ms))
            found = uplift.measure(on.target, on.others, start_day - on.first, after=after, sold=on.sold)
        final = row["ends_ms"] <= now_ms or after >= 56
        if found is not None or final:
            writer.do(
                actions.keep_measured, {"suggestion_id": row["id"], **afterwards.told(found), "final": int(final)}
            )


def _changed(tx: Any, row: Any, now_ms: int) -> set[int]:
    """The products that some accepted suggestion moved in that time: none of them is a comparison."""
    kept = dao.find_suggestions(tx, now_ms, ("accepted", "ended"))
    return {
        one["product_id"] for one in kept
        if one["product_id"] is not None and one["starts_ms"] < row["ends_ms"]
        and (one["ended_ms"] or one["ends_ms"]) > row["starts_ms"]
    }  # fmt: skip


def footing(tx: Any, product_id: int, start_day: int, end_day: int, changed: Iterable[int] = ()) -> Footing:
    """Days of a product and of comparable ones, from HISTORY_DAYS before `start_day` up to `end_day` (not included).

    Comparable are the other products of its category, then those that sell as much as it does; none that was changed. What
    is known to follow the weather is taken back to a usual day of the season, so that a hot day is no effect of advice.
    """
    first = start_day - HISTORY_DAYS
    catalogue = {row["id"]: row for row in dao.find_catalogue(tx)}
    ids = _comparable(tx, catalogue, product_id, {*changed, product_id}, start_day)
    rows = dao.find_daily_by_place(tx, [product_id, *ids], first, end_day)
    units = _at_usual_weather(tx, rows, catalogue, end_day)
    open_days = {row["day"] for row in rows}

    def of(one: int) -> Series:
        since = min(units[one], default=end_day)
        return [
            units[one].get(day, 0.0) if day in open_days and day >= since else None for day in range(first, end_day)
        ]

    sold = sum(row["units"] for row in rows if row["product_id"] == product_id and row["day"] >= start_day)
    return Footing(of(product_id), [of(one) for one in ids], first, float(sold))


def _at_usual_weather(
    tx: Any, rows: Sequence[Any], catalogue: Mapping[int, Any], end_day: int
) -> dict[int, dict[int, float]]:
    """Units by product and day as they would have been on usual days, by what was learned of the product or its category."""
    from webapp.recommendations.rules.days import known_weather

    learned = learning.read(tx)
    places = {row["location_id"] for row in rows if row["location_id"]}
    known: Mapping[tuple[int, int], tuple[float, float]] = {}
    if places and (learned.products or learned.categories):
        past = weather.history(tx, places, end_day - learning.HISTORY_DAYS, end_day - 1)
        known = known_weather(learning.weather_days(past))
    units: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        one, at = row["product_id"], known.get((row["location_id"], row["day"]))
        effects = learned.of(one, catalogue[one]["category_id"]) if at is not None and one in catalogue else None
        usual = 1.0 if at is None else outlook.demand(effects, [(at[0], at[1] > 0)])
        units[one][row["day"]] += row["units"] / usual
    return units


def _comparable(
    tx: Any, catalogue: Mapping[int, Any], product_id: int, left_out: set[int], start_day: int
) -> list[int]:
    sold = {row["product_id"]: row["units"] for row in dao.find_returned(tx, start_day - 56, start_day)}
    category = catalogue[product_id]["category_id"] if product_id in catalogue else None
    mine = sold.get(product_id, 0)
    known = [one for one in sold if one in catalogue and one not in left_out and sold[one] >= 56]

    def distance(one: int) -> tuple[bool, int, int]:
        return catalogue[one]["category_id"] != category or category is None, abs(sold[one] - mine), one

    return sorted(known, key=distance)[:MOST_OTHERS]


def smallest(drafts: Sequence[Draft]) -> dict[tuple[int, int], float]:
    """By product and days that a draft stands for, the least change of units that its whole days would show; told beforehand.

    Only the worker computes it: a page does not wait for it, and the next refresh brings it.
    """
    if reading.cooperative():
        return {}
    from webapp.recommendations.rules import uplift

    found = {}
    with reading.reading() as tx:
        today = tx.zone.day_of(clock.now_ms())
        for product_id, days in dict.fromkeys((draft.product_id, draft.days) for draft in drafts):
            if product_id is None or afterwards.whole_days(days) < afterwards.LEAST_DAYS:
                continue
            on = footing(tx, product_id, today, today)
            least = uplift.smallest_effect(on.target, on.others, after=afterwards.whole_days(days))
            if least is not None:
                found[product_id, days] = least
    return found
