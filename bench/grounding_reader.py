"""A second reader of advice, written apart from the checker: it sees only what is shown, and the brief.

It takes out of a text what the brief accounts for (names, figures of the cited facts, the step's prices) and then wants
nothing left that looks like a figure, a name, a link or a contradiction.
"""

import re
import unicodedata

from webapp.recommendations.rules.brief import Brief, Draft, Fact


def _words(text: str) -> list[str]:
    return text.split()


_SMALL = _words("zero one two three four five six seven eight nine ten eleven twelve")
_TEENS = [stem + "teen" for stem in _words("thir four fif six seven eigh nine")]
_TENS = [stem + "ty" for stem in _words("twen thir for fif six seven eigh nine")]
_LARGE = _words("hundred thousand million billion dozen hundreds thousands millions dozens")
_PARTS = _words(
    "half halves halved third thirds quarter quarters double doubled doubles twice triple tripled triples threefold twofold "
    "tenfold percent couple fortnight zwanzig free"
)
COUNTED = {*_SMALL[:1], *_SMALL[2:], *_TEENS, *_TENS, *_LARGE, *_PARTS}
RISE = re.compile(
    r"\b(?:rose|rise|rises|rising|grew|grow|growing|growth|increase|increased|gained|up|more|higher|climbed|surged)\b"
)
FALL = re.compile(
    r"\b(?:fell|falls?|falling|dropped|drop|declined?|decreased?|down|fewer|less|lower|lost|slipped|sank|shrank)\b"
)


def faults(draft: Draft, brief: Brief) -> list[str]:
    """What is wrong with advice as it is shown; nothing for good advice."""
    cited = [fact for fact in brief.facts if fact.id in draft.facts]
    found = _of_price(draft, brief)
    if len(cited) < len(draft.facts) or not cited:
        found.append("cites what is no fact")
    for product_id in filter(None, (draft.product_id, *draft.products)):
        if all(line.id != product_id for line in brief.products):
            found.append("a product that is none")
    prices = (
        [] if draft.price is None else [f"£{minor / 100:,.2f}" for minor in (draft.price.now, draft.price.suggested)]
    )
    for text in (draft.title, draft.why):
        found += faults_of(text, brief, cited, prices)
    return found


def faults_of(text: str, brief: Brief, cited: list[Fact], prices: list[str]) -> list[str]:
    """What is wrong with one text that may show the figures of these facts and these prices."""
    left = text
    for fact in sorted(cited, key=lambda fact: -len(fact.text)):
        left = left.replace(fact.text, " ")
    left = _without_names(left, brief)
    found = _contradictions(left, cited)
    for shown in sorted([*(fact.shown for fact in cited), *prices], key=len, reverse=True):
        left = re.sub(rf"(?<![\w.,£$€-])[+−]?{re.escape(shown)}(?![\w%])", " ", left)
    if any(unicodedata.numeric(sign, None) is not None for sign in left):
        found.append("a figure that is in no fact")
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") for sign in text):
        found.append("hidden characters")
    if re.search(r"[<>{}\[\]`*_@#|\\%£$€]|https?:|www\.|\w\.\w", left):
        found.append("markup, a link or a stray sign")
    if set(re.findall(r"[a-z]+", left.lower())) & COUNTED:
        found.append("a figure in words")
    return found + _strangers(left, brief)


def _without_names(text: str, brief: Brief) -> str:
    names = set()
    for line in brief.products:
        seen = (
            "".join(sign for sign in line.name if unicodedata.category(sign) != "Cf")
            .replace("{", "(")
            .replace("}", ")")
        )
        seen = " ".join(seen.split())
        seen = seen if len(seen) <= 80 else seen[:79].rstrip() + "…"
        names |= {
            f"“{seen}”",
            seen if seen.isascii() and not re.search(r"[%£<({]|\bfor One\b|^Ignore", seen) else f"“{seen}”",
        }
        if seen in names:
            names.add(re.sub(r" \d+ ml$", "", seen))
    for name in sorted(names - {"Revenue", "18 %"}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " it ", text, flags=re.IGNORECASE)
    return text


def _contradictions(text: str, cited: list[Fact]) -> list[str]:
    found = []
    for piece in re.split(r"[.;:!?](?:\s|$)|, | and | while | yet | when ", text):
        moved = [fact for fact in cited if fact.direction and fact.unit in ("%", "points") and fact.shown in piece]
        if len(moved) == 1 and moved[0].about != "elasticity":
            against = FALL if (moved[0].direction or 0) > 0 else RISE
            with_it = RISE if (moved[0].direction or 0) > 0 else FALL
            if against.search(piece.lower()) and not with_it.search(piece.lower()):
                found.append("a direction that the fact denies")
    return found


def _strangers(text: str, brief: Brief) -> list[str]:
    """Capitals in the midst of a sentence that the brief does not have."""
    told = " ".join(
        [*(fact.text for fact in brief.facts), *brief.weather, brief.shop, *(line.category for line in brief.products)]
    )
    known = set(re.findall(r"[A-Z][a-z]+", told))
    strange = [word for word in re.findall(r"(?<=[a-z,] )([A-Z]\w*)", text) if word not in known]
    return [f"a name that is not in the brief: {word}" for word in strange]


def _of_price(draft: Draft, brief: Brief) -> list[str]:
    if draft.price is None:
        return []
    allowed = brief.prices.get(draft.product_id or 0)
    if allowed is None or allowed[0] != draft.price:
        return ["a price that the brief does not have"]
    inside = draft.price.floor <= draft.price.suggested <= draft.price.ceiling
    return [] if inside else ["a price outside its guardrails"]
