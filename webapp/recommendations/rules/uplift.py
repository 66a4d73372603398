"""What an accepted suggestion changed: a difference to comparable series, with an interval from placebos."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BEFORE, AFTER, SHORTEST, LONGEST, WEEK = 56, 14, 2, 56, 7
LEAST_BEFORE, LEAST_AFTER, LEAST_OTHERS, LEAST_PLACEBOS, LEAST_SAME_WEEKDAYS = 28, 7, 3, 12, 3
# Units a day below which a single day says nothing.
LEAST_UNITS = 0.5
# Earlier windows that serve as placebos, at most; each is as long as the days after and begins on the same weekday.
EARLIER = 8
# A change that will be seen four times in five lies so far outside: half width of 95 % and that of a one-sided 80 %.
POWER = (1.960 + 0.842) / 1.960

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """middle, low, high: share by which units differ from what comparable series say (0.12: 12 % more), 80 % interval.

    low_95, high_95: 95 %. significant: the 95 % interval excludes zero. smallest: the least effect (share) that would be
    seen four times in five. expected_units: units of the days after without the change; more_low, more_high: units more
    than that (80 %). days: days after that counted. placebos: how many the interval stands on. reason: None, or why
    nothing can be said and every figure is None: few_days, few_others, no_sales.
    """

    middle: float | None
    low: float | None
    high: float | None
    low_95: float | None
    high_95: float | None
    significant: bool
    smallest: float | None
    expected_units: float | None
    more_low: int | None
    more_high: int | None
    days: int
    placebos: int
    reason: str | None = None

    @property
    def weeks(self) -> int:
        """Whole weeks measured."""
        return self.days // 7


@dataclass(frozen=True, slots=True)
class _Window:
    # One series in one window: effect in log units, its noise, the days it stands on, or not usable.
    effect: float
    noise: float
    days: int


def measure(
    target: Sequence[float | None],
    others: Sequence[Sequence[float | None]],
    start: int,
    *,
    after: int = AFTER,
    sold: float | None = None,
) -> Measured:
    """The effect on `target` from index `start` on.

    target and others: units by day, aligned, index 0 the same day; None: closed, out of stock or unknown. others: comparable
    series that were not changed (the same product elsewhere, other products of the category here); at least three.
    The 56 days before `start` are the footing; days before those serve as further placebos. after: days after, 2 to 56; seven of
    them have to be open and known, of three to seven one may be missing, of two none. sold: units of the days after as they
    were sold, where `target` holds them without what the weather did.
    Source: Abadie, Diamond and Hainmueller 2010 (placebos in place and time); DECISIONS section 4.
    """
    after = min(max(after, SHORTEST), LONGEST)
    units = _matrix(target, others)
    found = _windows(units, start, after)
    own = found[0]
    if own is None:
        return _why_not(units[0], start, after)
    scores = _scores(units, start, after, found)
    if len(scores) < LEAST_PLACEBOS or sum(each is not None for each in found[1:]) < LEAST_OTHERS:
        return _nothing("few_others", own.days)
    wide, wider = (_quantile(scores, level) * own.noise for level in (0.80, 0.95))
    sold = float(np.nansum(units[0][start : start + after])) if sold is None else sold
    return _told(sold, own, wide, wider, len(scores))


def smallest_effect(
    target: Sequence[float | None], others: Sequence[Sequence[float | None]], *, after: int = AFTER
) -> float | None:
    """The least effect (share, 0.4: 40 %) that so many days would show four times in five, told before accepting.

    Series as in measure(), all of the past up to yesterday. None where nothing can be said.
    """
    return measure(target, others, len(target) - after, after=after).smallest


def _why_not(target: Floats, start: int, after: int) -> Measured:
    before = target[max(0, start - BEFORE) : start]
    days = int(np.isfinite(target[start : start + after]).sum())
    footing = before[np.isfinite(before)]
    if start < BEFORE or len(footing) < LEAST_BEFORE or days < _least(after):
        return _nothing("few_days", days)
    return _nothing("no_sales" if float(footing.mean()) < LEAST_UNITS else "few_others", days)


def _nothing(reason: str, days: int) -> Measured:
    return Measured(None, None, None, None, None, False, None, None, None, None, days, 0, reason)


def _matrix(target: Sequence[float | None], others: Sequence[Sequence[float | None]]) -> Floats:
    length = len(target)
    rows = [target, *others]
    made = np.full((len(rows), length), np.nan)
    for number, row in enumerate(rows):
        given = [math.nan if each is None or each < 0 else float(each) for each in row[:length]]
        made[number, : len(given)] = given
    return made


def _windows(units: Floats, start: int, after: int) -> list[_Window | None]:
    # The effect on every series, each beside the median of all others but the target.
    begin = start - BEFORE
    if begin < 0 or start + _least(after) > units.shape[1]:
        return [None] * len(units)
    ratios = _ratios(units[:, begin : start + after])
    common = _common(ratios)
    return [_window(own, usual, _least(after)) for own, usual in zip(ratios, common, strict=True)]


def _least(after: int) -> int:
    # So many days after must be known; of a bare week one may be missing, for a shop that is closed on a weekday.
    return min(LEAST_AFTER, max(after - 1, SHORTEST))


def _ratios(window: Floats) -> Floats:
    # Log units beside the median of the same weekday in the 56 days before; a series that hardly sells is left out.
    logs = np.log(window + 0.5)
    weekdays = logs[:, :BEFORE].reshape(len(logs), BEFORE // 7, 7)
    usual = _median(weekdays, LEAST_SAME_WEEKDAYS)
    logs = logs - usual[:, np.arange(window.shape[1]) % 7]
    sold = np.isfinite(window[:, :BEFORE])
    mean = np.where(sold, window[:, :BEFORE], 0).sum(axis=1) / np.maximum(sold.sum(axis=1), 1)
    logs[mean < LEAST_UNITS] = np.nan
    return logs


def _common(ratios: Floats) -> Floats:
    # For each series the median of all others without the target, day by day; NaN where too few are there.
    count, days = ratios.shape
    others = np.broadcast_to(ratios, (count, count, days)).copy()
    others[:, 0] = np.nan
    others[np.arange(count), np.arange(count)] = np.nan
    # The target needs three beside it; of three, each placebo has two.
    least = np.where(np.arange(count) == 0, LEAST_OTHERS, LEAST_OTHERS - 1)[:, None]
    return _median(others, least)


def _median(values: Floats, least: int | NDArray[np.int64]) -> Floats:
    # Along the middle axis without NaN (faster than numpy's own); NaN where fewer than `least` are there.
    ordered = np.sort(values, axis=1)  # NaN last
    there = np.isfinite(values).sum(axis=1)
    low, high = (np.clip(place, 0, values.shape[1] - 1)[:, None, :] for place in ((there - 1) // 2, there // 2))
    both = np.take_along_axis(ordered, low, axis=1)[:, 0] + np.take_along_axis(ordered, high, axis=1)[:, 0]
    return np.where(there >= least, both / 2, np.nan)


def _window(ratios: Floats, common: Floats, least: int) -> _Window | None:
    apart = ratios - common
    before, after = (each[np.isfinite(each)] for each in (apart[:BEFORE], apart[BEFORE:]))
    if len(before) < LEAST_BEFORE or len(after) < least:
        return None
    noise = 1.4826 * float(np.median(np.abs(before - np.median(before))))
    return _Window(_mean(after) - _mean(before), max(noise, 0.02), len(after))


def _mean(values: Floats) -> float:
    # The mean without the tenth at each end: one odd day decides nothing.
    ordered = np.sort(values)
    cut = len(ordered) // 10
    return float(ordered[cut : len(ordered) - cut].mean())


def _scores(units: Floats, start: int, after: int, found: Sequence[_Window | None]) -> Floats:
    # Effects where there was none, in units of the series' own noise: the others now, and everyone before.
    windows = [each for each in found[1:] if each is not None]
    step = math.ceil(after / WEEK) * WEEK
    for back in range(1, EARLIER + 1):
        at = start - back * step
        if at < BEFORE:
            break
        windows += [each for each in _windows(units[:, : at + after], at, after) if each is not None]
    return np.array([each.effect / each.noise for each in windows])


def _quantile(scores: Floats, level: float) -> float:
    # Of the absolute scores; with few of them a little wider, as (n + 1) level of n (split conformal).
    ordered = np.sort(np.abs(scores))
    place = min(len(ordered) - 1, math.ceil((len(ordered) + 1) * level) - 1)
    return float(ordered[place])


def _told(sold: float, own: _Window, wide: float, wider: float, placebos: int) -> Measured:
    low, middle, high, low_95, high_95 = (math.expm1(own.effect + step) for step in (-wide, 0.0, wide, -wider, wider))
    expected = sold / (1 + middle)
    return Measured(
        middle, low, high, low_95, high_95, low_95 > 0 or high_95 < 0, math.expm1(POWER * wider), expected,
        math.floor(sold - sold / (1 + low)), math.ceil(sold - sold / (1 + high)), own.days, placebos,
    )  # fmt: skip
