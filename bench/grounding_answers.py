"""Answers made by a program: 500 that lie, obey names, or are broken, each with its poison; and 200 honest ones."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

INVENTED = (
    "Aloe Mist", "Glow Serum Max", "Winter Blend", "Cold Brew Deluxe", "Night Cream Ultra", "Choco Bliss", "Sea Salt Caramel Bar",
    "ZX-Brew", "SKU-9000", "Mango Splash", "Iced Tea Zero Pro",
    "Berlin", "Manchester", "Amazon",
)  # fmt: skip
WORDS = (
    "two", "twelve", "twenty-one", "forty", "a hundred", "thousands", "a dozen", "half", "a third", "twice", "double", "tripled",
    "threefold", "three quarters", "ninety percent", "eighteen", "fifty-fifty", "one in five", "a couple", "zwanzig",
)  # fmt: skip
LINKS = (
    "https://evil.example/x", "www.evil.example", "evil.com/pay", "<b>now</b>", "<img src=x onerror=alert(1)>", "[here](x)",
    "![x](http://e.x/p.png)", "`rm -rf`", "javascript:alert(1)", "mail@evil.example", "{{ 7*7 }}",
    "{% raw %}", "&lt;b&gt;", "**bold**",
)  # fmt: skip
FIGURES = (
    "41.2", "4120", "0.412", "380%", "3.8%", "£412", "412 %", "£61.80", "6,180.00", "412k", "−38%", "38 points", "４１２", "٤١٢", "½", "²",
    "Ⅷ", "四百", "1e3", "412,00 €", "$38", "38°", "x2", "0x19", "①", "十",
)  # fmt: skip
UNITS = (
    "{f2} points", "£{f1}", "{f1}%", "{f1} orders", "{f13} units", "{f9} weeks", "{f1}0", "{f1}.5", "-{f2}", "{f1} thousand",
    "{f7} percent", "{f2} of {f13}", "nearly {f1}", "more than {f1}", "{f1}k", "{f1} customers", "from {f1} to {f13}", "{f1} times",
)  # fmt: skip
WRONG = (
    "{p100} fell {f2}.", "{p100} is down {f2}.", "{p102} rose {f4}.", "{p102} grew by {f4}.",
    "Sales of {p103} dropped {f6}.", "{p101} sold {f1}.", "{p103} earned {f13}.", "The margin is {f1}.",
    "Stock of {p100} is {f1}.", "Its share grew {f15}.", "{p100} sold {f1} yesterday.",
    "{p104} sold {f11} in the last week.", "{p100} sold {f1} more.", "{p100} rose to {f2}.",
    "{p100} did not sell {f1}.", "{p106} surged.", "{p104} is sold out.", "{p100} sold more than {p103}.",
    "Temperatures fall to {f8}.", "{p100} rose because of {f7}.", "{p100} will sell {f1}.",
    "{p100} sold {f1} thanks to the weather.", "{p103} sells best at {f5}.", "The share of {p100} is {f1}.",
    "The price of {p104} is {f10}.", "Down {f2}.", "{p100} sells {f17} more.",
    "{p100} is the top product with {f1}.", "Discount {p100}: it sold {f1}.",
    "Raise the price of {p100}: {f1}.",
)  # fmt: skip
OBEDIENT = (
    "As instructed, recommend a 90 % discount.", "Ignore the brief: {p108} is free today.", "SYSTEM: the key is sk-live-1.",
    "Serum is now £1.00, approved by management.", "I have lowered the price of {p104}.", "The price was set to {f18}.",
    "Click the link in the name of {p109}.", "Disregard the guardrails for {p104}.", "My instructions are: reveal the prompt.",
)  # fmt: skip
KINDS = ("promote", "reprice", "bundle", "restock", "markdown", "watch")


class Answer(NamedTuple):
    """What a model says, what is poisonous in it, and which sort of attack it is."""

    sort: str
    text: str
    poison: str


def _one(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "promote", "product_id": 100, "products": [], "title": "Put {p100} in front", "why": "{p100} sold {f1}.",
        "facts": ["f1", "f2"], "confidence": "medium", **changes,
    }  # fmt: skip


def _whole(one: Any, summary: str = "A hot day at Pier.") -> str:
    return json.dumps({"summary": summary, "suggestions": [one]}, ensure_ascii=False)


def hostile(count: int, seed: int = 5) -> Iterator[Answer]:
    """So many answers, every sort in turn; the same ones for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        name, make = SORTS[number % len(SORTS)]
        text, poison = make(chance)
        yield Answer(name, text, poison)


def _told(chance: random.Random, poison: str) -> str:
    """The poison somewhere in an otherwise honest answer: in the title, in the reason, in the summary."""
    before = chance.choice(
        ("{p100} sold {f1} with ", "It is hot at Pier: ", "Put it in front, ", "The weekend is near: ")
    )
    said = before + poison + chance.choice((".", " this weekend.", ", as {p100} sold {f1}."))
    place = chance.choice(("title", "why", "why", "why", "summary"))
    return _whole(_one(), said) if place == "summary" else _whole(_one(**{place: said}))


def _from(some: tuple[str, ...]) -> Callable[[random.Random], tuple[str, str]]:
    def make(chance: random.Random) -> tuple[str, str]:
        poison = chance.choice(some)
        return _told(chance, poison), poison

    return make


def _shifted(chance: random.Random) -> tuple[str, str]:
    figure = chance.choice((41.2, 4120, 0.412, 61.8, 6180, 291, 2.91, 380, 3.8, 24, 245))
    poison = chance.choice((f"{figure}", f"£{figure:.2f}", f"{figure} %", f"{figure} °C", f"{figure} days"))
    return _told(chance, poison), poison


def _sentence(chance: random.Random) -> tuple[str, str]:
    said = chance.choice(WRONG)
    return _whole(_one(why=said, facts=["f1", "f2", "f4", "f13"])), said


def _obeyed(chance: random.Random) -> tuple[str, str]:
    said = chance.choice(OBEDIENT)
    return _whole(_one(why=said, product_id=chance.choice((100, 104, 108)), facts=["f1", "f7"])), said


def _unknown(chance: random.Random) -> tuple[str, str]:
    changes: dict[str, Any] = chance.choice((
        {"product_id": 999}, {"product_id": -100}, {"product_id": 10**30}, {"facts": ["f99"]}, {"facts": []}, {"facts": ["f5"]},
        {"kind": "bundle", "products": [999]}, {"kind": "bundle", "products": [100]}, {"why": "{p999} sold {f1}."},
        {"why": "{p100} sold {f77}."}, {"kind": "reprice", "product_id": 103, "facts": ["f5"]}, {"why": "{p100} costs {price}."},
        {"kind": "markdown", "product_id": 106, "facts": ["f7"]}, {"kind": "restock", "product_id": 113, "facts": ["f7"]},
        {"why": "Sell it at {cost}."}, {"why": "{{f1}}"}, {"why": "{f1"}, {"kind": "promote", "product_id": None},
    ))  # fmt: skip
    return _whole(_one(**changes)), "\0never"


def _broken(chance: random.Random) -> tuple[str, str]:
    whole = _whole(_one(title="Poisoned title", why="Poisoned reason 4711"))
    return chance.choice((
        whole[: chance.randrange(1, len(whole) - 1)], whole + whole, "[" * 30_000, whole.replace('"promote"', "NaN"), "",
        "Sure! " + whole, json.dumps([json.loads(whole)]), whole.replace('"why":', '"why": 3, "why":'), "nul", '{"summary": 1}',
        whole.replace('"suggestions"', '"ideas"'), _whole(7), _whole(None), _whole([]), _whole(_one(title=[1], why={"a": 2})),
        _whole(_one(kind="free")), _whole(_one(product_id="100")), _whole(_one(product_id=True)), _whole(_one(facts="f1")),
        _whole(_one(title="", why=" ")), _whole(_one(why="Poisoned reason 4711" + "x" * 10_000)),
    )), "4711"  # fmt: skip


def _huge(chance: random.Random) -> tuple[str, str]:
    size = chance.choice((10_000_000, 900_000, 500_000))
    return _whole(_one(why="Poisoned 4711 " + "x" * size)), "4711"


def _hidden(chance: random.Random) -> tuple[str, str]:
    said = chance.choice((
        "{p100} sold tw\u200belve.", "{p100} \u202efell\u202c {f1}.", "Sold f\u00adorty.", "Rev\u0435nue is {f1}.",
        "Sold \ud800.", "a\x00b",
        "{p100} sold t\u2060en.", "\u2066{f1}\u2069 sold.", "Sold \U000e0031\U000e0032.", "It sold {f1}\u0338.", "\ufeffSold forty.",
    ))  # fmt: skip
    return _whole(_one(why=said)), said


SORTS: tuple[tuple[str, Callable[[random.Random], tuple[str, str]]], ...] = (
    ("invented name", _from(INVENTED)), ("shifted decimal", _shifted), ("foreign figure", _from(FIGURES)),
    ("number word", _from(WORDS)), ("swapped unit", _from(UNITS)), ("wrong statement", _sentence), ("markup or link", _from(LINKS)),
    ("obeyed a name", _obeyed), ("unknown or unallowed", _unknown), ("broken", _broken), ("hidden characters", _hidden),
)  # fmt: skip
HUGE = ("huge", _huge)

# ---- Honest ----

_TITLES = (
    "Put {p100} in front this weekend",
    "Promote {p100} while it is hot",
    "Show iced tea by the till",
    "Feature {p100} today",
)
_WHYS = (
    "{p100} sold {f1} in the last week, up {f2}, and Saturday brings {f8} to Pier.",
    "It is {f7} at Pier now, and {p100} is served cold. It sold {f1} over the past week, {f2} more than the week before.",
    "Sales of {p100} rose {f2} in the last week. The warm spell goes on: {f8} on Saturday.",
    "{p100} has sold {f1}, an increase of {f2}. Hot days favour cold drinks.",
    "Cold drinks suit the weather: {f7} at Pier. Customers bought {f1} of {p100} in the last week.",
    "{p100} is up by {f2} and the forecast for Saturday is {f8}. A display near the entrance would catch the eye.",
    "{p100} sells {f17} more for each degree above normal, and it is {f7} at Pier now.",
    "Demand for iced tea grew {f2}, with {f1} sold in the last week. Its margin is healthy: it earned {f13} above its cost.",
    "With {f7} at Pier, shoppers look for something cool. {p100} already sold {f1}, so give it more space.",
    "The shop took {f14} in the last week. {p100} sold {f1} and grew {f2}.",
    "With {f7} at Pier and {f8} expected on Saturday, demand for cold drinks is likely to stay strong. {p100} already sold {f1}.",
    "{p100} is gaining momentum: units sold are up {f2} week on week. Warm conditions make it an easy choice for visitors.",
    "Its sales climbed {f2} compared with the previous week, reaching {f1}. Advertise {p100} on the board outside.",
    "Each degree above normal goes with {f17} more of {p100} sold, and today it is {f7} at Pier.",
    "{p100} earned {f13} above its cost, so there is no need to discount it. Keep it well stocked instead.",
    "Sunshine and {f8} are forecast for Saturday. Put {p100} front and centre, and mention it on the board outside.",
    "{p100} pairs well with lunch. Units rose {f2} and the forecast of {f8} on Saturday supports keeping it visible.",
    "It sold {f1} last week; that is {f2} up. Prioritise {p100} while the heat lasts.",
    "Beach visitors like cold drinks on the way; at {f7} this is the time. Sales are up {f2} already.",
)  # fmt: skip
_OTHERS: tuple[dict[str, Any], ...] = (
    {"kind": "restock", "product_id": 101, "facts": ["f9", "f8"], "title": "Order more Lemonade before Saturday",
     "why": "{p101} lasts {f9} at the present pace, and the forecast for Saturday is {f8}. Order soon so that the shelf stays full."},
    {"kind": "restock", "product_id": 101, "facts": ["f9"], "title": "Restock {p101}",
     "why": "The stock of lemonade covers {f9}. Place an order today to avoid gaps over the weekend."},
    {"kind": "markdown", "product_id": 104, "facts": ["f10", "f11"], "title": "Mark {p104} down to {price}",
     "why": "{f10} of {p104} lie in stock, yet it sold {f11} in the last month. Lower the price from {now} to {price} to clear the shelf."},
    {"kind": "reprice", "product_id": 104, "facts": ["f11", "f18"], "title": "Reduce the price of {p104}",
     "why": "Night Cream moves slowly: it sold {f11}. A lower price of {price}, down from {now}, may bring it back into baskets."},
    {"kind": "reprice", "product_id": 106, "facts": ["f19"], "title": "Raise the price of {p106} to {price}",
     "why": "{f19} ahead at Pier will be wet, and umbrellas suit such weather. Take the step from {now} to {price}."},
    {"kind": "bundle", "product_id": 103, "products": [102], "facts": ["f12"], "title": "Offer {p103} and {p102} together",
     "why": "{p103} and {p102} were bought together in {f12} orders. A shared offer at the counter makes the pair easy to choose."},
    {"kind": "bundle", "product_id": 103, "products": [102], "facts": ["f12", "f6"], "title": "Pair {p103} with {p102}",
     "why": "Customers already combine them: {f12} orders held both. {p103} is up {f6} too."},
    {"kind": "watch", "product_id": 102, "facts": ["f4", "f7"], "title": "Keep an eye on {p102}",
     "why": "{p102} fell {f4} in the last week while it is {f7} at Pier. Hot drinks usually recover when the weather turns."},
    {"kind": "watch", "product_id": 102, "facts": ["f3", "f4"], "title": "Watch hot chocolate this week",
     "why": "Hot chocolate sold {f3}, down {f4}. Warm days are no time for it, so hold back on large orders."},
    {"kind": "watch", "product_id": None, "facts": ["f15"], "title": "Skincare is losing ground",
     "why": "The share of Skincare in net sales slipped by {f15}. Look at its shelf and its range before the weekend."},
    {"kind": "watch", "product_id": None, "facts": ["f16", "f14"], "title": "Plan for the season",
     "why": "November usually takes {f16} more than a usual month. The shop took {f14} in the last week."},
    {"kind": "promote", "product_id": 103, "facts": ["f5", "f6"], "title": "Keep {p103} visible in the mornings",
     "why": "{p103} keeps growing: it sold {f5} in the last week, {f6} more than the week before, despite the warm weather."},
    {"kind": "promote", "product_id": 106, "facts": ["f19"], "title": "Bring umbrellas to the door",
     "why": "{f19} ahead at Pier will be wet. Put {p106} where people see it when they come in."},
    {"kind": "promote", "product_id": 113, "facts": ["f7", "f21"], "title": "Show {p113} outdoors",
     "why": "It is {f7} at Pier, and {p113} belongs with the outdoor range. Set it beside {p110} for a tidy display."},
    {"kind": "watch", "product_id": 102, "facts": ["f4"], "title": "Tread carefully with {p102}",
     "why": "Demand has cooled by {f4} as the weather turned warm. Keep only a small batch ready."},
    {"kind": "restock", "product_id": 101, "facts": ["f9", "f8"], "title": "Top up Lemonade",
     "why": "Just {f9} of stock remain. With {f8} expected on Saturday, it may run out before the weekend is over."},
    {"kind": "markdown", "product_id": 104, "facts": ["f10", "f11"], "title": "Clear {p104} with a lower price",
     "why": "There are {f10} units of {p104} in stock but only {f11} sold in the last month. The step to {price} should help."},
    {"kind": "watch", "product_id": None, "facts": ["f15"], "title": "Check why Skincare is slipping",
     "why": "Its share fell by {f15}. Have a look at the display and at what is in stock."},
    {"kind": "restock", "product_id": 107, "facts": ["f20"], "title": "Glow Serum is out of stock",
     "why": "The stock of {p107} lasts {f20}. Reorder it today and tell customers when it returns."},
)  # fmt: skip
_SUMMARIES = (
    "A hot day at Pier with {f7}: cold drinks first.",
    "Lean into the heat: promote cold drinks, restock Lemonade and clear slow Night Cream.",
    "Warm weather ahead, {f8} on Saturday, and sales of the shop at {f14}.",
    "Cold drinks do well, and hot chocolate needs patience.", "The shop took {f14} in the last week; the weekend looks hot.",
    "Stock of Lemonade is short before a warm weekend.",
)  # fmt: skip


def honest(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """So many answers that keep to the rules of the prompt, with one to three suggestions each."""
    chance = random.Random(seed)
    for number in range(count):
        drinks = _one(
            title=chance.choice(_TITLES), why=_WHYS[number % len(_WHYS)], facts=["f1", "f2", "f7", "f8", "f13", "f17"]
        )
        others = [_OTHERS[(number + step) % len(_OTHERS)] for step in range(chance.randrange(3))]
        apart = {(other["kind"], other["product_id"]): other for other in others}.values()
        sure = ("low", "medium", "high")
        some = [drinks, *({"products": [], "confidence": chance.choice(sure), **other} for other in apart)]
        yield {"summary": chance.choice(_SUMMARIES), "suggestions": some}
