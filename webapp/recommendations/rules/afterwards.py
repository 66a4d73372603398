"""What was measured of an accepted suggestion, in plain words; never more than its interval says."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # it brings numpy, and who only reads words needs none
    from webapp.recommendations.rules.uplift import Measured

# A run of fewer whole days is not measured.
LEAST_DAYS = 2
_REASONS = {
    "few_days": "too few days have been seen",
    "few_others": "too few products can be compared with it",
    "no_sales": "it hardly sells",
}


def whole_days(days: int) -> int:
    """How many whole days a suggestion that stands for so many days runs, accepted during the first of them."""
    return max(days - 1, 0)


def told(found: "Measured | None") -> dict[str, Any]:
    """The columns of `measured` but for the suggestion, its time and `final`; None is a run of fewer whole days than are measured."""
    if found is None:
        return {
            **_nothing(0),
            "words": "Too short to measure: it ran for less than two whole days. Two weeks show the most.",
        }
    if found.low is None or found.high is None or found.more_low is None or found.more_high is None:
        reason = _REASONS.get(found.reason or "", "there is too little to compare it with")
        return {**_nothing(found.weeks), "smallest": found.smallest, "words": f"Cannot tell: {reason}."}
    return {
        "low": found.low, "middle": found.middle, "high": found.high, "smallest": found.smallest,
        "units_low": found.more_low, "units_high": found.more_high, "significant": int(found.significant),
        "weeks": found.weeks, "words": words(found.more_low, found.more_high, found.smallest, found.days),
    }  # fmt: skip


def _nothing(weeks: int) -> dict[str, Any]:
    names = ("low", "middle", "high", "smallest", "units_low", "units_high")
    return {**dict.fromkeys(names), "significant": 0, "weeks": weeks}


def words(low: int, high: int, smallest: float | None, days: int) -> str:
    """ "14 to 32 more sold than expected", "5 to 9 fewer sold than expected", or that it cannot be told yet.

    low, high: units more than expected, 80 %. smallest: the least share that would be seen in so many days.
    """
    if low > 0:
        return f"{_range(low, high)} more sold than expected."
    if high < 0:
        return f"{_range(-high, -low)} fewer sold than expected."
    span = f"between {abs(low)} fewer and {high} more than expected" if low < 0 else f"up to {high} more than expected"
    if smallest is None:
        return f"Cannot tell yet: {span}."
    seen = "two weeks" if 14 <= days < 21 else f"{days} days"
    return f"Cannot tell yet: {span}; a change of less than {round(smallest * 100)}% can hardly be seen in {seen}."


def _range(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"
