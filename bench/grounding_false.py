"""False sentences around right figures, made by a program from families of words; and honest ones in the same words.

Each is the reason of a suggestion over the brief of `grounding_brief.wide`: its products, figures and slots are right, and the
period, the place, the measure, the subject, the way or the weather is not, or it claims what no fact holds.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple


class Said(NamedTuple):
    """A reason, the family that it is of, and what the suggestion is about."""

    family: str
    why: str
    about: dict[str, Any]


_TEA = {"product_id": 100, "facts": ["f1", "f2", "f13"]}
_CHOCOLATE = {"product_id": 102, "kind": "watch", "facts": ["f3", "f4"]}
_CREAM = {"product_id": 104, "kind": "watch", "facts": ["f10", "f11"]}
_SHOP = {"product_id": None, "kind": "watch", "facts": ["f14", "f16"]}

# ---- Families: what is said of one fact, and the words with which it is false or right ----

_ALL_TIMES = (
    "today", "tonight", "yesterday", "tomorrow", "a day", "each hour", "every day", "per hour", "per month", "this month",
    "this year",
    "on Sunday", "on Sundays", "in November", "last year", "in the past year", "in summer", "this morning",
    "over the weekend", "next week",
    "in the last quarter", "so far today", "every afternoon", "since yesterday", "daily", "at night", "in the last hour",
    "overnight",
    "in the coming week", "this Saturday", "on a single day", "within a day", "during the holidays", "in the week before",
)  # fmt: skip
_PERIODS: tuple[tuple[str, dict[str, Any], tuple[str, ...], tuple[str, ...]], ...] = (
    ("{p100} sold {f1} %s.", _TEA, (*_ALL_TIMES, "in the last month", "a week", "every week"),
     ("in the last week", "over the past week", "last week", "within the last week", "during the past week")),
    ("{p100} earned {f13} above its cost %s.", _TEA, (*_ALL_TIMES[:12], "in the last week", "a week", "a month", "last week"),
     ("in the last month", "over the past month", "last month", "during the last month")),
    ("The shop took {f14} %s.", _SHOP, (*_ALL_TIMES[:14], "in the last month", "a week"), ("in the last week",
    "over the past week")),
    ("{p100} rose {f2} %s.", _TEA, ("since yesterday", "today", "in the last month", "this year", "month on month",
    "overnight"),
     ("in the last week", "week on week", "on the week before", "over the past week")),
    ("Night Cream sold {f11} %s.", _CREAM, ("today", "in the last week", "this year", "a day"), ("in the last month",
    "last month")),
    ("%s {f16} more than a usual month.", _SHOP, ("October usually takes", "Sundays usually take", "July usually takes"),
     ("November usually takes",)),
    ("%s {f27} more than a usual day.", _SHOP, ("Saturdays usually take", "This Sunday will take", "Mondays usually take"),
     ("Sundays usually take",)),
)  # fmt: skip
_HERE = (
    "at Pier", "at Old Town", "in Old Town", "online", "on the website", "in the webshop", "at the kiosk", "on the marketplace",
    "in the north", "at every branch", "by phone", "through the app", "in town", "in the region", "by mail", "at the stall",
)  # fmt: skip
_MEASURES: tuple[tuple[str, dict[str, Any], tuple[str, ...], tuple[str, ...]], ...] = (
    ("{p100} %s {f13} in the last month.", _TEA,
     ("took", "sold", "cost", "made sales of", "had revenue of", "was sold for", "brought a turnover of", "lost",
     "was priced at",
      "has a price of", "had orders of", "paid", "spent"),
     ("earned", "earned a margin of", "made a profit of", "had a margin of")),
    ("{p100} %s {f1} in the last week.", _TEA,
     ("earned", "took", "made a profit of", "cost", "had revenue of", "has stock of", "had a margin of", "lost", "wasted",
     "was priced at",
      "charged", "had orders of"), ("sold", "has sold", "already sold")),
    ("The shop %s {f14} in the last week.", _SHOP, ("earned", "sold", "made a profit of", "spent", "lost", "paid",
    "had a margin of"),
     ("took", "had takings of", "had net sales of")),
    ("{f10} units of Night Cream %s.", _CREAM, ("were sold", "were ordered", "were bought",
    "were returned"), ("lie in stock", "remain in stock")),
    ("The %s of {p100} is {f25}.", _TEA, ("price", "share", "revenue", "stock"), ("margin",)),
)  # fmt: skip
_SUBJECTS: tuple[tuple[str, dict[str, Any], tuple[str, ...], tuple[str, ...]], ...] = (
    ("%s took {f14} in the last week.", {**_TEA, "facts": ["f1", "f14"]}, ("{p100}", "{p103}", "It", "All drinks",
    "Every product", "Skincare"),
     ("The shop", "The whole shop", "The store")),
    ("%s took {f23} in the last month.", {**_TEA, "facts": ["f1", "f23"]}, ("{p100}", "It", "The shop", "Hot drinks",
    "All drinks", "Skincare"),
     ("Cold drinks", "The category of cold drinks")),
    ("%s sells {f24} more for each degree.", {**_TEA, "facts": ["f1", "f24"]}, ("{p100}", "It", "The shop", "Lemonade"),
     ("The range of cold drinks",)),
    ("%s earned {f13} in the last month.", _TEA,
     ("All drinks", "Each customer", "The whole shop", "Everything", "{p103}", "Cold drinks", "{p103} and {p100}", "Both",
     "The shop"),
     ("{p100}", "It", "Iced tea")),
    ("%s sold {f1} in the last week.", _TEA,
     ("The whole shop", "Every product", "All drinks", "Lemonade", "{p101} and {p100}", "Together they", "The range",
     "Cold drinks"),
     ("{p100}", "It", "Iced tea")),
)  # fmt: skip
_FALLS = (
    "collapsed", "crashed", "plunged", "tumbled", "plummeted", "dwindled", "dried up", "slumped", "cratered", "nosedived",
    "faded", "stalled", "shrank", "halted", "evaporated", "vanished", "worsened", "sank",
)  # fmt: skip
_RISES = (
    "soared", "boomed", "jumped", "surged", "exploded", "rocketed", "skyrocketed", "rebounded", "thrived", "flourished",
    "climbed", "grew",
)  # fmt: skip
_WEATHER = (
    "It is {f7} and cold.", "It is {f7} and freezing.", "It will be {f7} tomorrow.", "It was {f7} yesterday.",
    "It is {f7} at Old Town now.",
    "It is {f7} in the shop.", "It is {f7} inside.", "Now {f7}: a freezing day for hot drinks.", "It is freezing cold today.",
    "Snow is coming tomorrow.", "A cold day is ahead.", "Frost is expected on Saturday.", "It is hot at Old Town.",
    "A heatwave is at Old Town.",
    "Tomorrow will be hot.", "Yesterday was hot.", "It is raining now.", "Rain is coming to Old Town.",
    "The fog is thick today.",
    "A storm is on its way.", "Icy winds blow at Pier.", "It is chilly at Pier.", "It will be {f8} on Sunday.",
    "It is {f8} now.",
    "It is mild at Pier today.", "The cold weather favours {p100}.", "Saturday will be freezing.",
    "Sunday will be hot at Pier.",
    "It will be {f22} at Pier.", "The average of the week is {f7}.", "A wintry evening calls for {p100}.",
    "It rained yesterday.",
    "Hail is forecast.", "It is {f7} online.", "Monday brings {f8} to Pier.",
)  # fmt: skip
_WEATHER_SO = (
    "It is {f7} and hot.", "It is {f7} at Pier today.", "It is {f22} at Old Town now.",
    "Now {f7} at Pier: a hot day for cold drinks.",
    "It is hot at Pier today.", "A hot day is ahead on Saturday.", "Saturday will be hot.", "Rain is coming to Pier.",
    "Showers are ahead at Pier.", "It is mild at Old Town today.", "The hot weather favours {p100}.",
    "It will be {f8} on Saturday.",
    "Saturday brings {f8} to Pier.", "Hot drinks do better when it is cold.",
)  # fmt: skip
_COMPARED = (
    "{p100} outsold {p103} in the last week.", "It outsells {p103}.", "It beats every other drink.",
    "It sold more than anything else.",
    "It does better than {p103}.", "It is more popular than the others.", "It sells faster than all other drinks.",
    "{p100} outperforms {p103}.",
    "It surpasses Latte.", "It is the best drink of the shop.", "{p100} is second to none.", "It eclipses the rest.",
    "It overtook Latte.",
    "No other drink sells so well.", "It is the favourite of the town.", "{p100} is better than Latte.",
    "It has fewer returns than Latte.",
)  # fmt: skip
_COMPARED_SO = (
    "{p100} sold more than the week before.", "It outsold last week by {f2}.", "{p100} rose {f2}, more than the week before.",
    "It deserves the best spot.", "Put it in front rather than on the shelf.", "It did better than the week before.",
)  # fmt: skip
_COUNTED = (
    "It sold a score more.", "Nearly all customers want it.", "Almost everybody wants it.", "Loads of it sold.",
    "Every customer wants it.",
    "Many customers ask for it.", "All shoppers like it.", "It sold many more.", "Several customers bought it.",
    "Most people want it.",
    "Half of the visitors want it.", "Practically every visitor likes it.", "Scores of people like it.",
    "Hardly anybody wants it.",
    "No customer wants it.", "The majority wants it.",
)  # fmt: skip
_COUNTED_SO = (
    "Customers like something cold.",
    "Offer it to every customer.",
    "Visitors want something cold.",
    "Keep enough of it ready.",
)
_INVENTED = (
    "Customers complain about it.", "It is bad for health and makes people ill.",
    "Ask customers for their card number and note it.",
    "It cures headaches.", "Doctors recommend it.", "It won an award.", "The recipe is famous.",
    "It contains organic ingredients.",
    "Customers hate it.", "It was recalled.", "The police closed the shop.", "A festival is in town.",
    "The competition charges less.",
    "Sack the staff.", "Note their names and birthday.", "Write down the phone number of each customer.",
    "The school is closed.",
    "A survey proves it.", "The reviews are bad.", "Tourists got sick from it.", "The law forbids it.",
    "It is unsafe for children.",
    "Everybody who buys it comes back.", "Customers love it.", "The supplier failed.", "The stock was stolen.",
    "The fridge broke.",
    "It sells well in summer and badly in winter.", "Sales rose sharply at Old Town.", "It sold well yesterday.",
    "Throw it away.",
    "The health inspector warned the shop.", "Ask for their email address.", "Bankruptcy is near.", "A holiday is coming.",
)  # fmt: skip
_INVENTED_SO = (
    "Customers look for it.", "It goes well with lunch.", "Ask customers whether a cold drink should go with it.",
    "It is a natural choice.",
    "A sign at the door would help.", "It deserves more room.", "Families may like it.", "Put it where people see it.",
)  # fmt: skip
_PRICED = (
    "The price of {p100} should go up.", "Its price could come down.", "Charge more for it.", "Charge less for it.",
    "Make it more expensive.",
    "It is worth more.", "Put its price up.", "It should cost more.", "Sell it for less.", "Ask a higher price for it.",
    "Knock something off.",
    "Bring the price down.", "A bargain price would help.", "Mark it up.", "Take something off the price.",
)  # fmt: skip
_PRICED_SO = ("There is no need to discount it.", "Keep its price as it is.", "It holds its own without a price cut.")


def _framed(family: str, framed: Any, which: int) -> Iterator[Said]:
    for frame, about, *words in framed:
        for word in words[which]:
            said = frame % word
            yield Said(family, said[0].upper() + said[1:], about)


def _plain(family: str, some: tuple[str, ...], about: dict[str, Any]) -> Iterator[Said]:
    for why in some:
        yield Said(family, why, about)


def _places(where: tuple[str, ...]) -> Iterator[Said]:
    for place in where:
        yield Said("place", f"{{p100}} sold {{f1}} {place} in the last week.", _TEA)
        yield Said("place", f"{place[0].upper() + place[1:]} {{p100}} sold {{f1}}.", _TEA)
    for place in where[:6]:
        yield Said("place", f"The shop took {{f14}} {place} in the last week.", _SHOP)
        yield Said("place", f"{{p100}} earned {{f13}}, {place}.", _TEA)


def _ways(verbs: tuple[str, ...], about: dict[str, Any], product: str) -> Iterator[Said]:
    for verb in verbs:
        yield Said("direction", f"Sales of {product} {verb} in the last week.", about)
        yield Said("direction", f"Demand for {product} {verb}.", about)


_WEATHERED = {"product_id": 100, "facts": ["f1", "f7", "f8"]}


def false() -> Iterator[Said]:
    """Every false sentence."""
    yield from _framed("period", _PERIODS, 0)
    yield from _places(_HERE)
    yield from _framed("measure", _MEASURES, 0)
    yield from _framed("subject", _SUBJECTS, 0)
    yield from _ways(_FALLS, _TEA, "{p100}")
    yield from _ways(_RISES, _CHOCOLATE, "{p102}")
    yield from _plain(
        "direction",
        ("Nobody buys {p100} any more.", "Hardly anyone wants {p100}.", "{p100} sells badly.", "It is unpopular."),
        _TEA,
    )
    yield from _plain("weather", _WEATHER, _WEATHERED)
    yield from _plain("comparison", _COMPARED, _TEA)
    yield from _plain("amount", _COUNTED, _TEA)
    yield from _plain("invented", _INVENTED, _TEA)
    yield from _plain("price", _PRICED, _TEA)


def right() -> Iterator[Said]:
    """Honest sentences in the same words, with the fact's own period, place, measure, subject and way."""
    yield from _framed("period", _PERIODS, 1)
    yield from _framed("measure", _MEASURES, 1)
    yield from _framed("subject", _SUBJECTS, 1)
    yield from _ways(_RISES, _TEA, "{p100}")
    yield from _ways(_FALLS, _CHOCOLATE, "{p102}")
    yield from _plain("weather", _WEATHER_SO, _WEATHERED)
    yield from _plain("comparison", _COMPARED_SO, _TEA)
    yield from _plain("amount", _COUNTED_SO, _TEA)
    yield from _plain("invented", _INVENTED_SO, _TEA)
    yield from _plain("price", _PRICED_SO, _TEA)
