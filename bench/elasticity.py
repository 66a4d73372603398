"""How well is a price elasticity found in real store-weeks, and in samples as small as a young shop's?

    python -m bench.elasticity [--data FILE] [--seed N] [--draws N]

FILE: columns sales, price, brand, feat (Dominick's orange juice). The whole file's figures stand beside plain least squares
and, for the file that the figures of docs/adviser.md are of, beside those. Samples: `draws` for each brand and size,
advertised weeks left out; the truth is the brand's whole sample; shrunk to -2.5 +- 0.8. Ends with one line of JSON.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np

from bench import given
from webapp.recommendations.rules.elasticity import USUAL, Week, estimate

SIZES = (15, 26, 52, 104)
# Of the shared file: rows, and what least squares says of it (pooled; by brand all, not advertised, advertised).
ROWS = 14_400
KNOWN = {
    "pooled": -2.992,
    "dominicks": (-3.371, -2.759, -3.231), "minute.maid": (-3.140, -1.859, -3.379), "tropicana": (-2.438, -1.765, -3.275),
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    said = given.arguments(__doc__, arguments, draws=500)
    weeks, brands = _read(said)
    figures = {
        "rows": len(weeks),
        "pooled": _pooled(weeks),
        **{name: _by_feature(weeks, brands[name]) for name in brands},
    }
    away = max(_away(figures, _least_squares(weeks, brands)), _away(figures, KNOWN) if len(weeks) == ROWS else 0.0)
    samples = {size: _sample(weeks, len(brands), size, said.draws, said.seed) for size in SIZES}
    at_26 = samples[26]
    bars = {
        "figures within 0.02": away <= 0.02,
        "26 weeks: mean absolute error 0.40 or less": at_26["error"] <= 0.40,
        "26 weeks: 80 % interval covers 76 to 90 %": 0.76 <= at_26["covers"] <= 0.90,
        "26 weeks: wrong sign 0.5 % or less": at_26["wrong_sign"] <= 0.005,
    }
    return given.end({**figures, "farthest_from_reference": round(away, 4), "samples": samples}, bars)


def _read(said) -> tuple[list[Week], dict[str, int]]:  # type: ignore[no-untyped-def]
    rows = list(given.rows(given.file(said.data, "oj")))
    brands = {name: number for number, name in enumerate(sorted({row["brand"] for row in rows}))}
    weeks = [
        Week(0, brands[row["brand"]], None, float(row["sales"]), float(row["price"]) * 100, row["feat"] == "1")
        for row in rows
    ]
    return weeks, brands


def _pooled(weeks: Sequence[Week]) -> float:
    # Brands stand as places, so that each has its level; the advertisement is not told.
    return _value([replace(week, promoted=False) for week in weeks])


def _by_feature(weeks: Sequence[Week], brand: int) -> tuple[float, float, float]:
    own = [week for week in weeks if week.place == brand]
    plain, featured = ([week for week in own if week.promoted is flag] for flag in (False, True))
    whole, without, within = (
        _value([replace(week, promoted=False) for week in rows]) for rows in (own, plain, featured)
    )
    return whole, without, within


def _value(weeks: Sequence[Week]) -> float:
    found = estimate(weeks, prior=None)
    return round(found.value, 4) if found.value is not None else float("nan")


def _least_squares(weeks: Sequence[Week], brands: dict[str, int]) -> dict[str, object]:
    # The same figures by numpy's own solver, without any of the program's code.
    sales, price = (np.log([getattr(week, name) for week in weeks]) for name in ("units", "price"))
    brand, feature = (np.array([getattr(week, name) for week in weeks]) for name in ("place", "promoted"))

    def slope(rows):  # type: ignore[no-untyped-def]
        levels = [(brand[rows] == number).astype(float) for number in np.unique(brand[rows])]
        return float(np.linalg.lstsq(np.column_stack([price[rows], *levels]), sales[rows], rcond=None)[0][0])

    by_brand = {
        name: (slope(brand == number), slope((brand == number) & ~feature), slope((brand == number) & feature))
        for name, number in brands.items()
    }
    return {"pooled": slope(brand >= 0), **by_brand}


def _away(figures: dict[str, object], reference: dict[str, object]) -> float:
    pairs = zip(
        np.hstack([np.array(figures[name]) for name in reference]),
        np.hstack([np.array(value) for value in reference.values()]),
        strict=True,
    )
    return max(abs(float(found) - float(wanted)) for found, wanted in pairs)


def _sample(weeks: Sequence[Week], brands: int, size: int, draws: int, seed: int) -> dict[str, float]:
    dice = Random(f"{seed}:{size}")
    errors, covered, wrong, silent = [], [], [], 0
    for brand in range(brands):
        own = [replace(week, place=0) for week in weeks if week.place == brand and not week.promoted]
        truth = estimate(own, prior=None).value
        for _ in range(draws):
            found = estimate(dice.sample(own, size), USUAL)
            if found.value is None or found.low is None or found.high is None or truth is None:
                silent += 1
                continue
            errors.append(abs(found.value - truth))
            covered.append(found.low <= truth <= found.high)
            wrong.append(found.value >= 0)
    return {
        "error": round(float(np.mean(errors)), 4), "covers": given.share(covered),
        "wrong_sign": given.share(wrong), "no_estimate": silent,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
