"""Advice in words for people: what a suggestion is, what it is expected to bring, who says so, what can be seen later."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from webapp import clock, money
from webapp.recommendations.rules.afterwards import LEAST_DAYS
from webapp.text import Formatter

# kind: the class of its tag, the word for it, what its button says where no price is set.
KINDS = {
    "promote": ("info", "Promote", "Promote it"),
    "reprice": ("info", "Price", "Accept"),
    "bundle": ("info", "Together", "Offer them together"),
    "restock": ("loss", "Stock", "Restock it"),
    "markdown": ("warn", "Mark down", "Mark it down"),
    "watch": ("warn", "Watch", "Keep an eye on it"),
}
# Why the house rules speak, or why there is nothing newer.
REASONS = {
    "no_key": "No model is set up, so the house rules advise from the figures.",
    "failed": "The model could not be reached or gave no usable answer.",
    "refused": "Nothing that the model said passed the checks.",
    "quota": "The model's provider takes no more requests for now.",
    "budget": "Today's money or tokens for the model are spent: it is asked again tomorrow.",
}
EMPTY = "The model suggested nothing, so the house rules advise from the figures."
ASKING = "The model is being asked. Until it has answered, the house rules advise from the figures."
EVIDENCE = {"low": "weak evidence", "medium": "fair evidence", "high": "strong evidence"}
STATES = {
    "open": "Open", "accepted": "Accepted", "dismissed": "Dismissed", "expired": "Its time is over", "ended": "Ended",
}  # fmt: skip
SERVED = (("", "None of these"), ("hot", "Hot"), ("cold", "Cold"), ("rain", "For rain"))
# What an expected effect is of, where it is not what the advice itself brings.
EXPECTS = {"promote": "Expected of the weather", "restock": "Against an empty shelf"}
_METRICS = {"net_sales": "takings", "units": "sold", "gross_profit": "gross profit"}
_PROVIDERS = {"openai": "OpenAI", "gemini": "Gemini", "compatible": "the model"}


def effect(metric: str, low: int, high: int, said: Formatter) -> str:
    """The expected change of a day as a range: "£3.10 to £11.80 more takings a day". Money in minor units."""

    def amount(value: int) -> str:
        return said.number(abs(value)) if metric == "units" else said.money(abs(value))

    what = f"{_METRICS.get(metric, metric)} a day"
    if low < 0 < high:
        return f"from {amount(low)} less to {amount(high)} more {what}"
    near, far = sorted((abs(low), abs(high)))
    way = "less" if high <= 0 and low < 0 else "more"
    span = amount(far) if near == far else f"{amount(near)} to {amount(far)}"
    return f"{span} {way} {what}"


def source(by: str, provider: str | None, model: str | None) -> str:
    """Who gives the advice: "House rules" or "OpenAI, gpt-5"."""
    if by == "rules":
        return "House rules"
    return ", ".join(part for part in (_PROVIDERS.get(provider or "", provider), model) if part)


def cost(micros: int | None, said: Formatter) -> str | None:
    """What a model cost, from millionths of a US dollar: "US$0.0031", from a dollar on "US$1.25"; None where it is not known."""
    if micros is None:
        return None
    if 0 < micros < 50:
        return f"under US${said.number(Decimal('0.0001'))}"
    places = 4 if 0 < micros < 999_950 else 2
    return f"US${said.number(Decimal(money.divide(micros, 10 ** (6 - places))).scaleb(-places))}"


def spend(row: Any, said: Formatter) -> tuple[str, str] | None:
    """What calls of a model cost together, and of how many that is known; None where it is known of none."""
    known = cost(row["cost_micros"], said) if row["priced"] else None
    if known is None:
        return None
    more = f", not known of {said.number(row['unpriced'])} more" if row["unpriced"] else ""
    return known, f"{said.plural(row['priced'], 'call', 'calls')}{more}"


def price(minor: Mapping[str, int], said: Formatter) -> str:
    """A price step with its bounds in one sentence, for who does not see the drawing."""
    now, suggested, floor, ceiling, lowest = (
        said.money(minor[name]) for name in ("now", "suggested", "floor", "ceiling", "lowest_30d")
    )
    return f"Now {now}, suggested {suggested}, between a floor of {floor} and a ceiling of {ceiling}; lowest of 30 days {lowest}"


def action(kind: str, suggested_minor: int | None, said: Formatter) -> str:
    """What the button says: "Set £2.60", "Offer them together"."""
    if suggested_minor is not None:
        return f"Set {said.money(suggested_minor)}"
    return KINDS[kind][2]


def smallest(ratio: float | None, whole_days: int, said: Formatter) -> str:
    """Which effect can be seen afterwards, told before anybody accepts. whole_days: for how many it stands."""
    if whole_days < LEAST_DAYS:
        return "Too short to measure afterwards: that takes two whole days, and two weeks show most."
    if ratio is None:
        return "Which change can be seen afterwards is not known yet."
    return (
        f"Its {said.number(whole_days)} whole days can show a change of {_percent(ratio, said)} or more. A smaller one cannot be "
        "told from chance; a longer run shows smaller ones."
    )


def smallest_shortly(ratio: float | None, whole_days: int, said: Formatter) -> str:
    """The same on a small card, where it is known: "6 whole days show a change of 53% or more"."""
    if ratio is None or whole_days < LEAST_DAYS:
        return ""
    return f"{said.number(whole_days)} whole days show a change of {_percent(ratio, said)} or more"


def _percent(ratio: float, said: Formatter) -> str:
    return f"{said.number(round(Decimal(ratio) * 100))}%"


def local(ms: int | None, zone: clock.Zone) -> str:
    """An instant as a field of date and time holds it: "2026-11-21T14:30" on the shop's clock."""
    return "" if ms is None else zone.local(ms).strftime("%Y-%m-%dT%H:%M")
