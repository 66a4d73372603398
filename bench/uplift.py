"""Is the effect of an accepted suggestion measured rightly on real sales, and never claimed where there was none?

    python -m bench.uplift [--data FILE] [--seed N] [--draws N]

FILE: bakery_daily (date, store, product, units, promo, ...). Cases: a product in a shop, a day, and an effect multiplied into its
14 days from there on; comparable series are the same product in the other shops, the footing is 56 days, earlier days (112) serve as
placebos. The same for the two, three and six whole days that a suggestion for the weather or for a week runs. Then what promotions
did, by product, beside the figures of 35 shops of the same chain. Ends with one line of JSON.
"""

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random

import numpy as np

from bench import given
from webapp.recommendations.rules import marked
from webapp.recommendations.rules.uplift import AFTER, BEFORE, Measured, measure

EFFECTS = (0.0, -0.1, 0.1, 0.2, 0.3)
SHORT_DAYS, SHORT_EFFECTS = (2, 3, 6), (0.0, 0.6, 1.0)
EARLIER_DAYS = 112
MARKS = ("promo", "promo_last_week", "holiday_in_2_days", "holiday", "school_holiday")
# Percent by which units of a promotion week differ, 35 shops (docs/adviser.md); this file may hold fewer.
KNOWN = {"all": 19.6, "101": -1.8, "109": 36.2, "110": 16.7}
NEAR = 5.0

Key = tuple[str, str]
Units = list[float | None]


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    said = given.arguments(__doc__, arguments, draws=600)
    units, flags = _read(given.file(said.data, "bakery_daily"))
    cases = {effect: _cases(units, effect, said.draws, said.seed) for effect in EFFECTS}
    short = {
        days: {effect: _cases(units, effect, 2 * said.draws, said.seed, days) for effect in SHORT_EFFECTS}
        for days in SHORT_DAYS
    }
    promotions = _promotions(units, flags)
    none = cases[0.0]
    known = {name: promotions[name] for name in KNOWN if name in promotions}
    bars = {
        "no effect: significant at 5 % in 10 % or less": none["significant"] <= 0.10,
        "no effect: 80 % interval covers 72 to 88 %": 0.72 <= none["covers_80"] <= 0.88,
        "no effect: bias within 0.025": abs(none["bias"]) <= 0.025,
        **{f"{days} days, {name}": held for days in SHORT_DAYS for name, held in _short_bars(short[days]).items()},
        "promotions: signs of the 35 shops": all(told["effect"] * KNOWN[name] > 0 for name, told in known.items()),
        f"promotions: within {NEAR:g} points of the 35 shops": all(
            abs(told["effect"] - KNOWN[name]) <= NEAR for name, told in known.items()
        ),
    }
    return given.end({"series": len(units), "cases": cases, "short": short, "promotions_percent": promotions}, bars)


def _short_bars(cases: Mapping[float, Mapping[str, float]]) -> dict[str, bool]:
    none = cases[0.0]
    return {
        "no effect: significant at 5 % in 10 % or less": none["significant"] <= 0.10,
        "every effect: 80 % interval covers 72 to 88 %": all(
            0.72 <= one["covers_80"] <= 0.88 for one in cases.values()
        ),
        "every effect: bias within 0.025": all(abs(one["bias"]) <= 0.025 for one in cases.values()),
    }


def _read(path) -> tuple[dict[Key, Units], dict[Key, dict[str, list[bool]]]]:  # type: ignore[no-untyped-def]
    rows = list(given.rows(path))
    days = [date.fromisoformat(row["date"]).toordinal() for row in rows]
    first, length = min(days), max(days) - min(days) + 1
    open_units: Counter[tuple[str, int]] = Counter()
    for row, day in zip(rows, days, strict=True):
        open_units[row["store"], day] += int(float(row["units"]))
    units: dict[Key, Units] = defaultdict(lambda: [None] * length)
    flags: dict[Key, dict[str, list[bool]]] = defaultdict(lambda: {name: [False] * length for name in MARKS})
    for row, day in zip(rows, days, strict=True):
        key = (row["store"], row["product"])
        if open_units[row["store"], day]:
            # Nothing of it on an open day is an empty shelf.
            units[key][day - first] = float(row["units"]) or None
        for name in MARKS:
            flags[key][name][day - first] = row.get(name) == "1"
    return dict(units), dict(flags)


def _cases(units: Mapping[Key, Units], effect: float, draws: int, seed: int, days: int = AFTER) -> dict[str, float]:
    dice = Random(seed)
    found = [case for _ in range(draws) if (case := _case(units, effect, dice, days)).middle is not None]
    apart = [math.log1p(each.middle or 0.0) - math.log1p(effect) for each in found]
    return {
        "measured": len(found),
        "bias": round(float(np.mean(apart)), 4),
        "median_error": round(float(np.median(np.abs(apart))), 4),
        "covers_80": given.share((each.low or 0.0) <= effect <= (each.high or 0.0) for each in found),
        "covers_95": given.share((each.low_95 or 0.0) <= effect <= (each.high_95 or 0.0) for each in found),
        "significant": given.share(each.significant for each in found),
        "smallest_visible": round(float(np.median([each.smallest or 0.0 for each in found])), 3),
    }


def _case(units: Mapping[Key, Units], effect: float, dice: Random, days: int = AFTER) -> Measured:
    key = dice.choice(sorted(units))
    start = dice.randrange(EARLIER_DAYS + BEFORE, len(units[key]) - days)
    begin, end = start - EARLIER_DAYS - BEFORE, start + days
    target = [
        each if each is None or day < start else each * (1 + effect)
        for day, each in enumerate(units[key][:end])
    ]  # fmt: skip
    others = [own[begin:end] for other, own in sorted(units.items()) if other != key and other[1] == key[1]]
    return measure(target[begin:], others, start - begin, after=days)


def _promotions(
    units: Mapping[Key, Units], flags: Mapping[Key, Mapping[str, Sequence[bool]]]
) -> dict[str, dict[str, float]]:
    told = {}
    for product in ("all", *sorted({key[1] for key in units})):
        keys = [key for key in sorted(units) if product in ("all", key[1])]
        found = marked.effects(
            [units[key] for key in keys], {name: [flags[key][name] for key in keys] for name in MARKS}
        )
        promotion = found["promo"]
        if promotion.value is not None and promotion.low is not None and promotion.high is not None:
            told[product] = {
                "effect": round(100 * promotion.value, 1), "low": round(100 * promotion.low, 1),
                "high": round(100 * promotion.high, 1),
            }  # fmt: skip
    return told


if __name__ == "__main__":
    sys.exit(main())
