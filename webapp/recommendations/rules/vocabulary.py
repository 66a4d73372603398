"""The English words that advice is checked with: what counts as a number, a ratio, a cause, a direction, a promise.

Source: rules 1 to 12 of the grounding checker, measured in docs/model.md; a text in another language is none of ours.
"""

import re
from functools import lru_cache

from webapp.recommendations.rules.common_words import COMMON_WORDS, word_set

_NUMBER = re.compile(
    r"""(?: zero | nought | naught | nil | two (?:s|fold|some)? | three\w* | four (?:s|th\w*|teen\w*|fold|some|score)?
    | five (?:s|fold|r)? | fift\w+ | six (?:es|fold|th\w*|t\w+)? | seven (?:s|fold|th\w*|t\w+)? | eight\w* | nine\w* | ninth\w*
    | ten (?:s|th\w*|fold|ner)? | eleven\w* | twel(?:ve|fth)\w* | thirt\w+ | twent\w+ | fort (?:y\w*|ie\w+) | fourty
    | hundred\w* | thousand\w* | million\w* | billion\w* | trillion\w* | zillion\w* | dozens? | umpteen\w* | fortnight\w*
    | couple | couples | several\shundred )""",
    re.VERBOSE,
)
_RATIO = re.compile(
    r"""(?: hal(?:f|ves|ved|ving|ve) | doubl\w+ | tripl\w+ | trebl\w+ | quadrupl\w+ | quintupl\w+ | twice | thrice | thirds?
    | quarters? | quartered | percent\w* | permille | majority | minority | tenfold | manifold | multipl\w+ | bogof | bogo )""",
    re.VERBOSE,
)
# Amounts and prices that nobody computed.
MONEY_WORDS = word_set(
    """
    pound pounds penny pennies pence quid grand buck bucks dollar dollars cent cents euro euros yen free
    freebie freebies giveaway giveaways
    """
)
# The numbers of the neighbours, where they are no English words of their own.
FOREIGN_NUMBERS = word_set(
    """
    zwei drei vier fünf sechs sieben acht neun zehn zwanzig dreißig vierzig fünfzig sechzig hundert tausend
    prozent hälfte deux trois quatre cinq huit neuf onze douze vingt trente quarante cinquante soixante
    pourcent moitié doble mitad dos tres cuatro cinco seis siete ocho nueve diez veinte treinta cuarenta
    cincuenta ciento cien quattro cinque sette otto nove dieci venti trenta quaranta cinquanta cento metà twee
    vijf zeven acht negen tien twintig dertig honderd duizend procent
    """
)
RANKS = word_set(
    """
    most least highest lowest biggest largest smallest top bestseller bestsellers bestselling fastest slowest
    strongest weakest worst
    """
)
CAUSES = word_set(
    """
    because cause caused causes causing drove drives driving driven therefore hence thus consequently explain
    explains explained explaining attributable attributed attributes trigger triggered triggers triggering
    responsible
    """
)
CAUSE_PHRASES = re.compile(
    r"\b(?:due to|thanks to|owing to|led to|leads? to|leading to|results? (?:of|in|from)|resulted in|resulting (?:in|from)|"
    r"as a result|on account of|made (?:it|them|sales)|boosted by|lifted by|hurt by|helped by|(?:that|this) is why|that's why|"
    r"reasons? (?:is|are|was|for|behind|why))\b"
)
PROMISES = re.compile(
    r"\b(?:will|would|shall|is going to|are going to)(?: \w+ly)? (?:increase|raise|boost|lift|grow|earn|bring|add|drive|sell|"
    r"gain|improve|generate|deliver|rise|fall|drop|pay)\b|\b(?:guarantee\w*|certainly|definitely|surely|ensures?|assured\w*|"
    r"undoubtedly|proven|proves)\b"
)
ORDERS_TO_MACHINES = word_set(
    """
    ignore ignores ignored ignoring disregard override overrides instruction instructions prompt prompts
    jailbreak password passwords api token tokens developer approved authorised authorized management click
    download script admin http https www javascript secret secrets
    """
)
CLAIMS_TO_HAVE_ACTED = re.compile(
    r"\b(?:i|me|my|mine|i'm|i've)\b|\b(?:has|have|had|was|were) (?:already )?(?:been )?(?:set|changed|lowered|raised|"
    r"ordered|updated|applied|cancelled|placed|sent|emailed|notified)\b|\bas an? (?:ai|assistant|model)\b"
)
SOLD_OUT = re.compile(r"\b(?:out of stock|sold out|sells out|sell out|unavailable|no stock|nothing left)\b")
RUNS_OUT = re.compile(r"\b(?:runs?|running|ran) (?:out|low|short)\b")
# What says that something moved, and which way; the mild ones only beside a figure.
UP = word_set(
    """
    rose risen rises rising rise grew grown grows growing grow growth climbed climbs climbing climb gained
    gains gaining jumped jumps jumping jump surged surges surging surge soared soars soaring increased
    increases increasing increase improved improves improving doubled accelerated accelerating picked
    boomed booms booming boom exploded explodes exploding rocketed rocketing skyrocketed skyrocketing rebounded
    rebounding recovered thrived thrives thriving flourished flourishing multiplied spiked ballooned swelled
    """
)
DOWN = word_set(
    """
    fell fallen falls falling fall dropped drops dropping drop declined declines declining decline decreased
    decreases decreasing decrease lost loses losing shrank shrunk shrinks shrinking slipped slips slipping
    slid slides sliding sank sinks sinking slumped slumps slumping slump plunged plunges plunging slowed slows
    slowing dipped dips dipping weakened weakening worsened worsening cooled collapsed collapses collapsing collapse
    crashed crashing tumbled tumbles tumbling plummeted plummets plummeting nosedived cratered tanked vanished
    evaporated halted stalled stalls stalling stagnated dwindled dwindles dwindling waned wanes waning faded dived
    dried died dying
    """
)
MILD_UP = word_set(
    """
    up more higher above stronger faster extra additional better
    """
)
MILD_DOWN = word_set(
    """
    down less fewer lower below weaker slower worse
    """
)
# After these a base form is an order or a wish, no report.
BEFORE_ORDERS = word_set(
    """
    to can could should may might will would please let help helps not
    """
)
PHRASAL = word_set(
    """
    stock set line pick warm put back top follow sign speed mark cut slow sell run wind stack build bring keep
    show add end make made pair build clear size open
    """
)
# Names of figures; a product with such a name stands in quotation marks.
FIGURES = word_set(
    "revenue sales profit margin orders order units price prices stock takings turnover total discount percent"
)
NEGATIONS = word_set(
    """
    not never no hardly barely without nor neither none cannot scarcely
    """
)
COMMON = word_set(COMMON_WORDS) | UP | DOWN | MILD_UP | MILD_DOWN | NEGATIONS
_LISTS = (MONEY_WORDS, FOREIGN_NUMBERS, RANKS, CAUSES, ORDERS_TO_MACHINES)


def is_number(word: str) -> bool:
    """Whether a word in lower case says a number: "two", "fortieth", "dozen"; `one` is judged in its sentence."""
    ends_as_one = word.endswith(("teen", "teens", "teenth")) and word not in ("canteen", "velveteen")
    return ends_as_one or word in FOREIGN_NUMBERS or bool(_NUMBER.fullmatch(word))


def is_ratio(word: str) -> bool:
    """Whether a word in lower case says a ratio: "half", "doubled", "percent"."""
    return bool(_RATIO.fullmatch(word)) or (word.endswith("fold") and is_number(word.removesuffix("fold")))


def is_loaded(word: str) -> bool:
    """Whether a name with this word would say more than a name."""
    return is_number(word) or is_ratio(word) or any(word in some for some in _LISTS) or word in UP | DOWN | FIGURES


@lru_cache(maxsize=16384)
def is_common(word: str) -> bool:
    """Whether it is a plain English word of advice, in any of its forms."""
    plain = word.lower().replace("’", "'").removesuffix("'s").removesuffix("n't")
    return any(form in COMMON for form in forms(plain))


@lru_cache(maxsize=16384)
def forms(word: str) -> frozenset[str]:
    """The word and what it may be a form of: "drinks" of "drink", "icy" of nothing else."""
    found = {word}
    for end, others in _ENDS:
        if word.endswith(end) and len(word) - len(end) >= 2:
            stem = word.removesuffix(end)
            found |= {stem + other for other in others}
            if len(stem) > 2 and stem[-1] == stem[-2]:
                found.add(stem[:-1])
    return frozenset(found)


_ENDS = (
    ("s", ("",)), ("es", ("", "e")), ("ies", ("y",)), ("ed", ("", "e")), ("ied", ("y",)), ("ing", ("", "e")), ("er", ("", "e")),
    ("est", ("", "e")), ("ly", ("", "le")), ("ier", ("y",)), ("iest", ("y",)), ("ily", ("y",)), ("ness", ("",)), ("able", ("", "e")),
)  # fmt: skip
