"""What an accepted suggestion did, and the least that could be seen of it: units of the product beside comparable ones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from webapp import clock
from webapp.db import reading, writer
from webapp.jobs.progress import Context
from webapp.recommendations import actions, dao
from webapp.recommendations.rules import afterwards
from webapp.recommendations.rules.brief import Draft

Series = list[float | None]
HISTORY_DAYS, MOST_OTHERS = 240, 40
# A suggestion of seven days, accepted during the first of them, holds so many whole days; fewer are not measured.
LEAST_DAYS = 6
DAY_MS = 86_400_000


def measure(context: Context) -> None:
    """Each accepted suggestion that has run for six whole days is measured anew, until eight weeks were seen or it ended."""
    from webapp.recommendations.rules import uplift

    now_ms = clock.now_ms()
    with reading.reading() as tx:
        wanted = dao.find_to_measure(tx, now_ms - LEAST_DAYS * DAY_MS)
        today, zone = tx.zone.day_of(now_ms), tx.zone
    for row in wanted:
        context.breathe()
        start_day = zone.day_of(row["starts_ms"] + DAY_MS - 1)  # the first day that it ran for from its morning
        end_day = min(today, max(zone.day_of(row["ends_ms"]), start_day))
        after = min(end_day - start_day, 56)
        with reading.reading() as tx:
            target, others, first = series(tx, row["product_id"], start_day, end_day, _changed(tx, row, now_ms))
        found = None if after < LEAST_DAYS else uplift.measure(target, others, start_day - first, after=after)
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


def series(
    tx: Any, product_id: int, start_day: int, end_day: int, changed: Iterable[int] = ()
) -> tuple[Series, list[Series], int]:
    """(units a day of the product, those of comparable ones, the first day): from HISTORY_DAYS before up to end_day.

    Comparable are the other products of its category, then those that sell as much as it does; none that was changed.
    Days on which the shop sold nothing at all are None.
    """
    first = start_day - HISTORY_DAYS
    catalogue = {row["id"]: row for row in dao.find_catalogue(tx)}
    left_out = {*changed, product_id}
    ids = _comparable(tx, catalogue, product_id, left_out, start_day)
    units: dict[int, dict[int, int]] = defaultdict(dict)
    for row in dao.find_daily(tx, [product_id, *ids], first, end_day):
        units[row["product_id"]][row["day"]] = row["units"]
    open_days = {day for days in units.values() for day in days}

    def of(one: int) -> Series:
        since = min(units[one], default=end_day)
        return [
            float(units[one].get(day, 0)) if day in open_days and day >= since else None
            for day in range(first, end_day)
        ]

    return of(product_id), [of(one) for one in ids], first


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


def smallest(drafts: Sequence[Draft]) -> dict[int, float]:
    """By product the least change of units that two weeks would show, of what drafts suggest for one; told beforehand.

    Only the worker computes it: a page does not wait for it, and the next refresh brings it.
    """
    if reading.cooperative():
        return {}
    from webapp.recommendations.rules import uplift

    found = {}
    with reading.reading() as tx:
        today = tx.zone.day_of(clock.now_ms())
        for product_id in dict.fromkeys(draft.product_id for draft in drafts):
            if product_id is None:
                continue
            target, others, _ = series(tx, product_id, today, today)
            least = uplift.smallest_effect(target, others)
            if least is not None:
                found[product_id] = least
    return found
