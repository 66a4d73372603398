"""What the weather ahead makes of usual demand, and on which grounds advice stands."""

import math
from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

from webapp.recommendations.rules.estimates import Estimate

WET_MM = 5.0
LEAST, MOST = 0.5, 2.0
DAYS = 3


def demand(effects: Mapping[str, Estimate] | None, ahead: Sequence[tuple[float, bool]]) -> float:
    """Demand of the days ahead against usual (1.0), by the effects that may be shown; within 0.5 to 2.

    effects: `per_degree` and `wet`, changes of log units. ahead: (degrees above the season's normal, wet) of each day.
    """
    if not effects or not ahead:
        return 1.0
    degree, wet = _known(effects.get("per_degree")), _known(effects.get("wet"))
    factors = [math.exp(degree * anomaly + (wet if rains else 0.0)) for anomaly, rains in ahead]
    return min(MOST, max(LEAST, sum(factors) / len(factors)))


def _known(estimate: Estimate | None) -> float:
    if estimate is None or estimate.value is None or not estimate.excludes_zero:
        return 0.0
    return estimate.value


def is_wet(rain_mm: float | None, condition: str | None) -> bool:
    """Whether a day is wet: five millimetres or more, and where the amount is unknown, rain by its condition."""
    return rain_mm >= WET_MM if rain_mm is not None else condition in ("rain", "storm")


def grounds(day: int, classes: Iterable[tuple[int, str | None, str | None]], learned: bool, limits: object) -> str:
    """The day, the weather, whether the history was read, and the limits on which advice stands: another text makes it stale.

    classes: (location id, class of the present, class of tomorrow) of each place; None is unknown. Hot and cold alone
    count: from mild to warm nothing that is advised changes. limits: of prices, as anything that reads the same when they are.
    """
    places = ",".join(f"{place}:{_end(now)}{_end(next_day)}" for place, now, next_day in sorted(classes))
    return f"{day}|{places}|{'learned' if learned else 'new'}|{crc32(repr(limits).encode()):08x}"


def _end(feels: str | None) -> str:
    return "?" if feels is None else {"hot": "h", "cold": "c"}.get(feels, "m")
