"""What marked days did in the past: promotions, the week after them, the days before a holiday."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from webapp.recommendations.rules.estimates import Estimate, made, none

WEEKS, LEAST_USUAL, LEAST_DAYS, MOST = 4, 3, 10, 5.0

Floats = NDArray[np.float64]


def effects(
    units: Sequence[Sequence[float | None]], marks: Mapping[str, Sequence[Sequence[bool]]], around: str | None = None
) -> dict[str, Estimate]:
    """The share by which units differ on days of each mark (0.2: 20 % more), all marks held apart. 80 % interval.

    units: by series and day, aligned; None: closed, empty shelf or unknown. marks: name -> the same shape. Each day stands
    beside the median of the same weekday of four weeks before and after, of days without the mark `around` (the first
    mark if not said). Errors by day: what befalls all series on a day is one surprise, not many. n: marked cells.
    Reasons: few_days.
    """
    names = list(marks)
    flags = {name: np.array([list(row) for row in marks[name]], dtype=bool) for name in names}
    values = np.array([[np.nan if each is None else float(each) for each in row] for row in units])
    ratios = _ratios(values, flags[around or names[0]])
    there = np.isfinite(ratios)
    told = {name: int(np.any(flags[name] & there, axis=0).sum()) for name in names}
    used = [name for name in names if told[name] >= LEAST_DAYS]
    found = {name: none("few_days", int((flags[name] & there).sum())) for name in names}
    if not used:
        return found
    x = np.column_stack([np.ones(int(there.sum())), *(flags[name][there].astype(float) for name in used)])
    day = np.broadcast_to(np.arange(values.shape[1]), values.shape)[there]
    effect, error = _regress(x, ratios[there], day)
    for at, name in enumerate(used, start=1):
        found[name] = made(float(effect[at] / effect[0]), float(error[at] / effect[0]), int(x[:, at].sum()))
    return found


def _ratios(values: Floats, marked: NDArray[np.bool_]) -> Floats:
    # Units over the median of the same weekday around; odd days count for at most MOST times the usual.
    plain = np.where(marked, np.nan, values)
    padded = np.pad(plain, ((0, 0), (7 * WEEKS, 7 * WEEKS)), constant_values=np.nan)
    length = values.shape[1]
    steps = [step for step in range(-WEEKS, WEEKS + 1) if step]
    around = np.stack([padded[:, 7 * (WEEKS + step) : 7 * (WEEKS + step) + length] for step in steps])
    usual = np.full(values.shape, np.nan)
    enough = np.isfinite(around).sum(axis=0) >= LEAST_USUAL
    usual[enough] = np.nanmedian(around[:, enough], axis=0)
    ratios = np.full(values.shape, np.nan)
    sound = np.isfinite(values) & (usual > 0)
    ratios[sound] = np.minimum(values[sound] / usual[sound], MOST)
    return ratios


def _regress(x: Floats, y: Floats, day: NDArray[np.int64]) -> tuple[Floats, Floats]:
    # Least squares, errors clustered by day.
    bread = np.linalg.pinv(x.T @ x)
    effect = bread @ (x.T @ y)
    days, number = np.unique(day, return_inverse=True)
    sums = np.zeros((len(days), x.shape[1]))
    np.add.at(sums, number, x * (y - x @ effect)[:, None])
    small = len(days) / max(len(days) - x.shape[1], 1)
    return effect, np.sqrt(np.maximum(small * np.diag(bread @ (sums.T @ sums) @ bread), 0.0))
