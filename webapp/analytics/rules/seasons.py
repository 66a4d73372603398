"""The course of the year: months beside those of other years, and how a month of the calendar stands to the average."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from webapp import clock

YEAR = 12


@dataclass(frozen=True, slots=True)
class Month:
    """A month (year * 12 + month - 1) with what it brought. whole: all of it lies in the period and is over."""

    month: int
    value: int
    whole: bool

    @property
    def days(self) -> int:
        """How many days it has."""
        return clock.first_day(self.month + 1) - clock.first_day(self.month)


def index(months: Sequence[Month]) -> dict[int, Decimal]:
    """Return how many times the average each month of the calendar, 1 to 12, sells a day; {} without a whole year.

    The whole months are taken in years of twelve, counted back from the last of them; in each year a month's sales a
    day are divided by the year's sales a day, and a month's quotients are averaged over the years. A year grows or
    shrinks as a whole without moving the index, and February is not poor for being short.
    Source: ratio to yearly mean; Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., ch. 3.4.
    """
    found: dict[int, list[Decimal]] = {}
    for year in years(months):
        rate = Decimal(sum(one.value for one in year)) / sum(one.days for one in year)
        if rate > 0:
            for one in year:
                found.setdefault(one.month % YEAR + 1, []).append(Decimal(one.value) / one.days / rate)
    return {
        month: (sum(parts, start=Decimal(0)) / len(parts)).quantize(Decimal("0.01"))
        for month, parts in sorted(found.items())
    }


def years(months: Sequence[Month]) -> list[list[Month]]:
    """Return the whole months in years of twelve, the last one first; those before the first full year are left out."""
    whole = {one.month: one for one in months if one.whole}
    found: list[list[Month]] = []
    at = max(whole, default=0)
    while all(at - back in whole for back in range(YEAR)):
        found.append([whole[at - back] for back in range(YEAR)])
        at -= YEAR
    return found


def before(months: Mapping[int, Month], month: int) -> Month | None:
    """Return the same month of the year before where both are whole, so that they can be compared; None else."""
    now, then = months.get(month), months.get(month - YEAR)
    return then if now is not None and then is not None and now.whole and then.whole else None
