"""How a product is served, guessed from its name and category: a guess that is shown and that a person can change."""

import re
import unicodedata

SERVED = ("", "hot", "cold", "rain")
# Words of what is drunk or eaten hot, cold, and of what a wet day asks for. What is cold is looked for first: iced tea.
_COLD = re.compile(
    r"\b(iced?|cold|chilled|frozen|frappe|frappé|lemonade|limonade|sorbets?|gelato|smoothies?|spritz(er)?|juices?|cola|"
    r"tonic|sodas?|squash|cordial|kombucha|lager|beer|cider|milkshakes?|slush(y|ie)?|lollies|lolly|sparkling|"
    r"mineral water|still water|ginger beer)\b|ice[ -]?creams?\b"
)
_HOT = re.compile(
    r"\b(hot|coffees?|espresso|flat white|latte|cappuccino|mocha|americano|macchiato|cortado|filter|teas?|chai|cocoa|"
    r"soups?|broth|porridge|mulled|toddy|stew|chowder|hot chocolate|matcha)\b"
)
_RAIN = re.compile(r"\b(umbrellas?|raincoats?|rain|ponchos?|wellingtons?|wellies|waterproofs?|mackintosh)\b")
# Things that have such a word in their name and are neither drunk nor eaten.
_THINGS = re.compile(
    r"\b(towels?|mugs?|cups?|teapots?|kettles?|bottle|flasks?|spoons?|tins?|caddy|cloths?|packs?|warmers?|trays?|cards?|"
    r"candles?|signs?|cosy|cosies|cutters?|moulds?|buckets?|set|lights?|scoops?|grinders?|presse?s?)\b"
)
_ELSEWHERE = re.compile(
    r"\b(skin\w*|beauty|bath|body|cosmetics?|home|garden|kitchen|gifts?|cloth\w*|toys?|stationery|sun)\b"
)


def guess(name: str, category: str | None = None) -> str:
    """`hot`, `cold`, `rain`, or '' where neither the name nor the category says.

    The category's words decide before the name's, because "Hot" as a category is a shop's own word for it.
    """
    said, where = _plain(name), _plain((category or "").replace("/", " "))
    if _RAIN.search(said):
        return "rain"
    if _ELSEWHERE.search(where) or _THINGS.search(said):
        return ""
    for text in (where, said):
        if _COLD.search(text):
            return "cold"
        if _HOT.search(text):
            return "hot"
    return ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def suits(served: str, feels: str | None, wet: bool) -> bool:
    """Whether a product that is served so suits the weather: cold on a hot day, hot on a cold one, rain's on a wet one."""
    if served == "cold":
        return feels == "hot"
    if served == "hot":
        return feels == "cold"
    return served == "rain" and wet
