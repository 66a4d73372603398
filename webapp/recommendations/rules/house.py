"""The house rules: suggestions of all six kinds from facts alone. What answers with no model, and what a model has to beat."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from webapp.recommendations.rules.brief import Brief, CatalogueLine, Draft, Effect, Fact, Price
from webapp.recommendations.rules.expected import without_price
from webapp.recommendations.rules.traits import suits

MOST = 8
# How many of a kind at most; of a kind that keeps failing afterwards one alone.
OF_A_KIND = {"restock": 2, "promote": 3, "reprice": 2, "markdown": 2, "bundle": 2, "watch": 2}
# How many days a suggestion stands for, today among them: as far as its fact looks ahead.
HEAT_DAYS, RAIN_DAYS, USUAL_DAYS, STOCK_DAYS = 3, 4, 7, 3
Found = list[Draft]


def advise(brief: Brief, failing: frozenset[str] = frozenset()) -> tuple[list[Draft], str]:
    """At most eight suggestions, the most pressing first, and the day in one sentence.

    failing: kinds whose advice was measured and kept failing (`record.failing`): they are offered once, with low
    confidence.
    """
    rules: Sequence[tuple[str, Callable[[Brief], Iterable[Draft]]]] = (
        ("restock", _restock), ("promote", _weather), ("markdown", _markdown), ("reprice", _reprice),
        ("promote", _rising), ("bundle", _bundle), ("watch", _watch),
    )  # fmt: skip
    found: Found = []
    taken: set[tuple[str, int | None]] = set()
    for kind, rule in rules:
        room = OF_A_KIND[kind]
        for draft in rule(brief):
            known = any(product == draft.product_id for _, product in taken)
            if known or sum(1 for one in found if one.kind == kind) >= room:
                continue
            taken.add((kind, draft.product_id))
            found.append(draft)
    return offered_less(found, failing)[:MOST], summary(brief)


def offered_less(drafts: Iterable[Draft], failing: frozenset[str]) -> Found:
    """The drafts; of the kinds that keep failing the first one alone, with low confidence and a word that says so."""
    found: Found = []
    for draft in drafts:
        if draft.kind not in failing:
            found.append(draft)
        elif all(one.kind != draft.kind for one in found):
            why = f"{draft.why} Advice of this kind has not held up so far."
            found.append(replace(draft, why=why, confidence="low"))
    return found


# ---- The day in one sentence ----


def summary(brief: Brief) -> str:
    """How the shop stands and what the weather is, in the words of the facts; what is not known is said. One sentence."""
    parts = [fact.text for fact in _about(brief, "total")]
    weather = [fact for fact in _about(brief, "weather") if fact.direction]
    known = {fact.text for fact in _about(brief, "weather")}
    unknown = [said for said in brief.weather if said not in known]
    parts += [*unknown[:1], weather[0].text] if weather else (unknown or list(brief.weather))[:1]
    if not brief.weather:
        parts.append("The weather is unknown.")
    begun = [f"{part[0].lower()}{part[1:]}" if part.startswith(("It is ", "The ")) else part for part in parts[1:]]
    return "; ".join(part.rstrip(".") for part in [*parts[:1], *begun]) + "."


# ---- Rules ----


def _restock(brief: Brief) -> Iterable[Draft]:
    for fact in _about(brief, "cover"):
        line = _line(brief, fact)
        if line is None or fact.unit != "days":
            continue
        sold = _first(brief, "cover", line.id, "units")
        left = fact.text.removeprefix(f"{line.name} ").rstrip(".")
        yield Draft(
            "restock", line.id, f"Order {line.name}", f"{line.name} {left}. {_sentence(sold)}".strip(), _ids(fact, sold),
            "high", effect=without_price(brief, "restock", line.id, (fact,)), days=STOCK_DAYS,
        )  # fmt: skip


def _weather(brief: Brief) -> Iterable[Draft]:
    """A hot day asks for what is cold, a cold day for what is hot, a wet one for what keeps dry; never beyond that."""
    heat = [fact for fact in _about(brief, "weather") if fact.direction]
    wet = _about(brief, "rain")
    short = {product for fact in _about(brief, "cover") for product in fact.product_ids}
    for cause in [*heat[:1], *wet[:1]]:
        feels = {1: "hot", -1: "cold"}.get(cause.direction or 0) if cause.about == "weather" else None
        lines = [
            line for line in brief.products
            if suits(line.served, feels, cause.about == "rain") and line.id not in short and _units(brief, line.id)
        ]  # fmt: skip
        lines.sort(key=lambda line: (-_value(_units(brief, line.id)), line.id))
        for line in lines[:2]:
            sold, learned = _units(brief, line.id), _learned(brief, line) if feels else None
            why = f"{cause.text} {_sentence(learned) or _sentence(sold)}"
            confidence = "high" if learned is not None else "medium"
            facts = _ids(cause, learned, sold)
            days = RAIN_DAYS if cause.about == "rain" else HEAT_DAYS
            effect = without_price(brief, "promote", line.id, (cause,))
            yield Draft(
                "promote", line.id, f"Put {line.name} forward", why, facts, confidence, effect=effect, days=days
            )


def _learned(brief: Brief, line: CatalogueLine) -> Fact | None:
    """That the product, or else its category, follows the weather in the direction that makes it suit."""
    wanted = 1 if line.served == "cold" else -1
    found = [fact for fact in _about(brief, "sensitivity") if fact.direction == wanted]
    own = (fact for fact in found if line.id in fact.product_ids)
    return next(own, None) or next(
        (fact for fact in found if fact.label.startswith(f"change of {line.category} a")), None
    )


def _rising(brief: Brief) -> Iterable[Draft]:
    short = {product for fact in _about(brief, "cover") for product in fact.product_ids}
    for fact in _about(brief, "mover_up"):
        line = _line(brief, fact)
        if line is None or fact.unit != "units" or line.id in short:
            continue
        change, margin = _first(brief, "mover_up", line.id, "%"), _first(brief, "margin", line.id, "%")
        why = f"{fact.text} {_sentence(margin)}".strip()
        yield Draft(
            "promote", line.id, f"Give {line.name} more room", why, _ids(fact, change, margin),
            "medium" if margin is not None else "low", days=USUAL_DAYS,
        )  # fmt: skip


def _markdown(brief: Brief) -> Iterable[Draft]:
    for fact in _about(brief, "slow"):
        line = _line(brief, fact)
        if line is None or fact.unit != "units" or fact.query is None:
            continue
        price, effect = brief.prices.get(line.id, (None, None))
        if price is None or price.suggested >= price.now:
            continue
        told, lying = _first(brief, "price", line.id, brief.currency), _last(brief, "slow", line.id)
        why = f"{_sentence(lying)} {fact.text}"
        yield _priced(
            "markdown", f"Clear {line.name} at a lower price", why, (fact, lying, told), line.id, price, effect
        )


def _reprice(brief: Brief) -> Iterable[Draft]:
    slow = {product for fact in _about(brief, "slow") for product in fact.product_ids}
    for fact in _about(brief, "price"):
        line = _line(brief, fact)
        if line is None or line.id in slow:
            continue
        price, effect = brief.prices[line.id]
        learned, sold = _first(brief, "elasticity", line.id, "%"), _units(brief, line.id)
        way = "Raise" if price.suggested > price.now else "Lower"
        why = f"{fact.text} {_sentence(learned)}".strip()
        yield _priced("reprice", f"{way} the price of {line.name}", why, (fact, learned, sold), line.id, price, effect)


def _priced(
    kind: str,
    title: str,
    why: str,
    facts: tuple[Fact | None, ...],
    product_id: int,
    price: Price,
    effect: Effect | None,
) -> Draft:
    sure = effect is not None and effect.low > 0
    confidence = "medium" if sure else "low"
    return Draft(kind, product_id, title, why, _ids(*facts), confidence, (), price, effect, USUAL_DAYS)


def _bundle(brief: Brief) -> Iterable[Draft]:
    for fact in _about(brief, "pair"):
        lines = [line for line in (brief.product(one) for one in fact.product_ids) if line is not None]
        if len(lines) != 2:
            continue
        first, second = lines
        confidence = "high" if fact.value >= 100 else "medium"
        yield Draft(
            "bundle", first.id, f"Offer {first.name} and {second.name} together", fact.text, (fact.id,), confidence,
            fact.product_ids, days=USUAL_DAYS,
        )  # fmt: skip


def _watch(brief: Brief) -> Iterable[Draft]:
    for fact in _about(brief, "mover_down"):
        line = _line(brief, fact)
        if line is None or fact.unit != "units":
            continue
        change = _first(brief, "mover_down", line.id, "%")
        why = f"{fact.text} Look whether it was there, where it stands and what others ask for it."
        yield Draft("watch", line.id, f"Look at {line.name}", why, _ids(fact, change), "medium", days=USUAL_DAYS)


# ---- Looking up ----


def _about(brief: Brief, about: str) -> list[Fact]:
    return [fact for fact in brief.facts if fact.about == about]


def _first(brief: Brief, about: str, product_id: int, unit: str) -> Fact | None:
    return next((one for one in _about(brief, about) if product_id in one.product_ids and one.unit == unit), None)


def _last(brief: Brief, about: str, product_id: int) -> Fact | None:
    return next((one for one in reversed(_about(brief, about)) if product_id in one.product_ids), None)


def _units(brief: Brief, product_id: int) -> Fact | None:
    """The fact that says how many of a product were sold."""
    return next(
        (one for one in brief.facts if one.unit == "units" and one.query and one.product_ids == (product_id,)), None
    )


def _line(brief: Brief, fact: Fact) -> CatalogueLine | None:
    return brief.product(fact.product_ids[0]) if fact.product_ids else None


def _ids(*facts: Fact | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.id for fact in facts if fact is not None))


def _value(fact: Fact | None) -> int:
    return 0 if fact is None else int(fact.value)


def _sentence(fact: Fact | None) -> str:
    return "" if fact is None else fact.text
