"""Patterns of sentences that report, over texts as `slots.written` has them: "@" a product, "#" a figure.

`reports.py` says which of them are refused and which only lose their words.
"""

import re

from webapp.recommendations.rules import vocabulary
from webapp.recommendations.rules.claim_words import PEOPLE
from webapp.recommendations.rules.common_words import word_set
from webapp.recommendations.rules.frame_words import WEEKDAYS

_PEOPLE = "|".join(sorted(PEOPLE))
_WAYS = "|".join(sorted(vocabulary.UP | vocabulary.DOWN))
_THINGS = (
    r"(?:fridges?|shelf|shelves|freezer|cabinet|suppliers?|deliver(?:y|ies)|beach|beaches|town|pier|harbour|streets?|schools?|"
    r"markets?|storeroom|stockroom|stock|staff|team|prices?|costs?|seasons?|queues?|bottles?|labels?|recipes?|flavours?)"
)
_SALES = r"^(?:the |its )?(?:sales|demand|interest)(?: (?:of|for|in) (?:@|it))?"

# ---- Ranks and amounts ----

RANKS = re.compile(
    r"\b(?:comes?|ranks?|takes?|is|finishes) (?:\w+ )?second\b|\b(?:leads|leading|led) (?:its|our|the|all|every)\b(?! way\b)|"
    r"\babove (?:all|the (?:rest|others|crowd))\b|\b(?:class|league) of its own\b|"
    r"\bat (?:an?|its|their|the) (?:\w+ )?(?:high|low|peak|record|bottom)\b"
)
AS_MUCH = re.compile(
    r"\bas (?!well\b|soon\b|long\b|far\b|much\b|cold\b)\w+(?: \w+)? as (?:@|any|all|the|ever|last|before)(?!\w)"
)
GROUPS = re.compile(
    rf"^(?:\w+ )?(?:an?|the|one) (?:\w+ )?\w+ (?:of|in) (?:\w+ ){{0,2}}(?:{_PEOPLE})\b|\bone (?:\w+ )?in (?:every|each|any)\b|"
    r"^(?:all|most|some|much|none|part|plenty) of (?:it|them|which)\b|"
    r"^(?:an? )?(?:\w+ )?few (?:like|love|want|buy|know|ask|come|drink|take)\b"
)

# ---- What "it" is said to do ----

DOES = re.compile(
    rf"^(?:so |also |still |now )?(?:it|@|this|that|they)(?: \w+ly)? (?!(?:{_PEOPLE}|drinks)\b)(\w+s)\b(.*)"
)
# Verbs that judge whatever stands behind them, and those that judge only with what is given here.
JUDGING = word_set(
    "is was does suits fits deserves pairs complements belongs stays matters helps holds returns merits warrants"
)
ONLY: dict[str, re.Pattern[str]] = {
    "goes": re.compile(r"^ (?:\w+ )?(?:well|nicely|with|together|hand)\b"),
    "sells": re.compile(r"^ (?:\w+ )?(?:well|nicely|steadily|more|less|better|worse|fewer|faster|slower|nothing)\b"),
    "has": re.compile(
        rf"^.*\b(?:momentum|appeal|potential|room|demand|interest|reason|place)\b|^ (?:not )?(?:{_WAYS})\b(?! (?:its|the|all|an?)\b)"
    ),
    "makes": re.compile(r"^ (?:sense|an? (?:\w+ )?(?:partner|fit|pair|match|choice|gift|candidate|difference|treat))\b"),
    "needs": re.compile(r"^ (?!no\b)"),
    "works": re.compile(r"^$|^ (?:\w+ )?(?:well|best|with|for|as|in|on|nicely)\b"),
    "looks": re.compile(r"^ (?!back|after|ahead)"),
    "seems": re.compile(r"^ "),
    "feels": re.compile(r"^ "),
}  # fmt: skip
SELLS = re.compile(r"(?:\w|@) sells(.*)")

# ---- What is said of sales, people and the things of a shop ----

# Whatever may or should be: nobody knows what suppliers offer, nor what a sign did.
KNOWN_TO_NOBODY = re.compile(
    r"^(?:the|our|this|its)(?: last)? (?:\w+ )?(?:signs?|display|promotion|offer|board|poster|campaign) "
    r"(?:works?|worked|helped|did|brought|has)\b|^(?:the |our )?suppliers? (?:can|could|will|may|offers?|delivers?)\b|"
    r"\bon (?:target|track|plan|course|schedule)\b"
)
REPORTS = (
    re.compile(r"(?<!\S)(?:it|@|demand|sales|stock|trend) (?:will|shall|is going to) (?!suit|fit|need|be\b|help)"),
    re.compile(
        rf"^(?:so )?(?:the|our|its|your|a|all)? ?{_THINGS} (?:(?:is|are|stays?) (?!an? |the |there|where|worth|right)|"
        r"(?:has|have|holds?|starts?|begins?|comes?|arrives?|brings?)\b)|^there (?:is|are) (?:\w+ )?(?:enough|plenty|ample|stock)\b"
    ),
    re.compile(
        rf"^(?:our |the |most |many )?(?:{_PEOPLE}) (?:\w+ly )?(?:find it|"
        r"(?:like|want|need|enjoy|appreciate|prefer|buy|take|drink|walk \w+|pass|come for) (?:it|them|@|one|an?))(?!\w)|"
        r"^we (?:have|are|sell|keep|lead|hold|got)\b"
    ),
    re.compile(
        r"\b(?:makes?|brings?|earns?|gives?|leaves?|yields?) (?:in )?(?:\w+ ){0,2}(?:profits?|margins?|money|turnover|revenue)\b"
    ),
    re.compile(r"\b(?:target|budget|quota|crowds?)\b"),
    re.compile(rf"{_SALES} (?:\w+ly )?(?!(?:{_WAYS})\b)\w+ed\b"),
    re.compile(rf"{_SALES} (?:follow|go|come|depend|hit|miss|start|peak)s?(?:es)?\b"),
)
# A low stock is told where a fact of it is cited.
SHORT = re.compile(r"\bstock (?:is|gets|runs) (?:\w+ )?(?:low|short|tight|thin|scarce|limited)\b")
OUT = re.compile(r"^(?:it|@) (?:is|are) (?:\w+ )?out$")
CHECKING = re.compile(r"^(?:please )?(?:check|see|make|ensure|watch)\b")
# After these a clause says when something is done, and does not report it.
LEADING = frozenset({"while", "when", "where", "if", "once", "until", "because"})

# ---- Beside a figure ----

MAY_BE = re.compile(r"\b(?:may|might|could|can|will|would|should)\b(?: \w+){0,4} #")
PART_OF = re.compile(r"# of (?!@|it\b|the (?:units|demand)\b)")
ANOTHER = re.compile(r"\b(?:but|except|save|besides) (?:for )?#|\bworth #")
BOTH = word_set("both together pair pairs combination combined combine jointly joint they them")
# "As a takeaway" narrows, "as the weather turned" tells a time.
NARROWING = re.compile(r"^(?:with|where)\b|^as (?:an?|part|one)\b")
BOUND = word_set("compared compare such same well long soon")
COLDER = word_set("below under colder cooler chillier")
FROM_DAY = re.compile(rf"\b(?:until|till|from|since|after|before|by) (?:{'|'.join(WEEKDAYS)}|tomorrow|the weekend)\b")
SPOT = re.compile(r"\b(?:at|on|in|by|near) (?:the|our|your|this) (\w+)")
# What may stand after "at the" beside a temperature without being a spot of its own.
NO_SPOT = word_set("moment season weekend week day days morning afternoon evening forecast time month next coming")
