"""Does anything that a model made up reach the page? Bad sentences, 500 hostile or broken answers, 200 honest ones;
sentences in plain words, of which some name goods that nobody has in lower case; and false sentences around right figures
(another period, place, measure, subject or way, weather that is not so, comparisons, claims) beside honest ones in the
same words.

    python -m bench.grounding [--data FILE]

FILE: cases as in grounding_cases.json (a brief and sentences that must be refused). The answers come over loopback in the
protocols of OpenAI, Gemini and a compatible server, through the shipped adapter and checker; what would be shown is read by a
second parser (bench/grounding_reader.py). The last line is JSON. Exit status 1: something false was shown, something was
raised, something honest was refused, an honest sentence of the last lot lost its words, or of the honest sentences in plain
words more than one in twenty was refused or lost its words.
"""

import argparse
import json
import os
import random
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import grounding_false as families
from bench import grounding_fresh as fresh
from bench import grounding_reported as reported
from bench.grounding_answers import HUGE, SORTS, Answer, honest, hostile
from bench.grounding_brief import brief, wide
from bench.grounding_plain import HONEST as PLAIN
from bench.grounding_plain import INVENTED as LOWER_CASE
from bench.grounding_plain import said as plainly
from bench.grounding_reader import faults, faults_of
from tests.servers.llm import LlmServer
from webapp import config
from webapp.recommendations.rules.brief import Brief, CatalogueLine, Fact
from webapp.recommendations.rules.grounding import Checked, check
from webapp.recommendations.rules.prompts import MOST_TOKENS, SCHEMA, VERSION, build
from webapp.remote import llm

DATA = Path(os.environ.get("TEST_DATA_FOLDER", Path(__file__).resolve().parents[2] / "shared" / "data"))
HOSTILE, HONEST, MOST_HUGE, PLAIN_MOST = 500, 200, 6, 0.05
SPEECHES = ("openai", "gemini", "compatible")


def main(arguments: list[str]) -> int:
    """Judge all five lots and print."""
    options = argparse.ArgumentParser(prog="python -m bench.grounding", description="Is anything shown that is not so?")
    options.add_argument(
        "--data", type=Path, default=DATA / "grounding_cases.json", help="cases with a brief and bad sentences"
    )
    path = options.parse_args(arguments).data
    if not path.is_file():
        print(f"There is no file {path}.", file=sys.stderr)
        return 1
    said: dict[str, Any] = {
        "bad": judge_cases(json.loads(path.read_text("utf-8"))),
        "hostile": judge_hostile(),
        "honest": judge_honest(),
        "plain": judge_plain(),
        "false": judge_false(),
    }
    plain = said["plain"]
    most = PLAIN_MOST * plain["honest"]
    said["ok"] = plain["shown"] == 0 and plain["refused"] <= most and plain["reworded"] <= most and not (
        said["bad"]["missed"] or said["hostile"]["shown"] or said["hostile"]["raised"] or said["honest"]["refused"]
        or said["honest"]["doubted"] or said["false"]["shown"] or said["false"]["refused"] or said["false"]["reworded"]
    )  # fmt: skip
    print(json.dumps(said, ensure_ascii=False))
    return 0 if said["ok"] else 1


# ---- The bad sentences ----


def judge_cases(cases: dict[str, Any]) -> dict[str, Any]:
    """Each bad sentence as the reason of a suggestion that is well otherwise."""
    stood = _brief_of(cases["brief"])
    missed = [one["text"] for one in cases["bad"] if check(_said(one["text"]), stood).drafts]
    return {"given": len(cases["bad"]), "caught": len(cases["bad"]) - len(missed), "missed": missed}


def _said(text: str) -> dict[str, Any]:
    one = {"kind": "promote", "product_id": 1, "products": [], "title": "Put {p1} in front", "why": text, "facts": ["f1"],
           "confidence": "low"}  # fmt: skip
    return {"summary": "", "suggestions": [one]}


def _brief_of(given: dict[str, Any]) -> Brief:
    units = {"pct": "%", "money": "GBP", "order": "orders", "day": "days"}
    facts = [
        Fact(f"f{number}", f"{one['v']} ({' '.join(one.get('near', []))})", " ".join(one.get("near", [])), Decimal(str(one["v"])),
             units[one["kind"]], "the last 7 days", str(abs(one["v"])), "total", (one["v"] > 0) - (one["v"] < 0))
        for number, one in enumerate(given["facts"], 1)
    ]  # fmt: skip
    lines = [
        CatalogueLine(number, f"S{number}", name, "Skincare", 1100, 720)
        for number, name in enumerate(given["products"], 1)
    ]
    places = f"Known are {' and '.join(given['names'])}."
    return Brief(0, 20_778, "GBP", "en_GB", "Shop", "autumn", None, "", (places,), tuple(facts), tuple(lines))


# ---- Hostile ----


def judge_hostile(count: int = HOSTILE) -> dict[str, Any]:
    """Each hostile answer over the line; whatever is shown of it is read again, and must not hold its poison."""
    stood = brief()
    counts: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    shown: list[str] = []
    answers = [*hostile(count - MOST_HUGE), *(Answer(HUGE[0], *HUGE[1](_Turn(number))) for number in range(MOST_HUGE))]
    with LlmServer("openai") as first, LlmServer("gemini") as second, LlmServer("compatible") as third:
        for number, answer in enumerate(answers):
            checked = _over((first, second, third)[number % 3], answer.text, stood, counts)
            if checked is None:
                continue
            passed[answer.sort] += len(checked.drafts)
            shown += [f"{answer.sort}: {fault}" for fault in _false(checked, answer, stood)]
    return {
        "given": len(answers), "sorts": len(SORTS) + 1, "shown": len(shown), "raised": counts["raised"],
        "no_answer": counts["failed"], "refused": counts["refused"], "passed": dict(passed), "what": shown[:20],
    }  # fmt: skip


class _Turn(random.Random):
    """Chooses in turn, so that every size is sent."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def choice(self, some: Any) -> Any:
        """The one whose turn it is."""
        return some[self.number % len(some)]


def _over(server: LlmServer, text: str, stood: Brief, counts: Counter[str]) -> Checked | None:
    server.steps = [text]
    settings = config.load(server.settings, dotenv=None)
    system, user = build(stood, llm.read_prompt("recommendations", VERSION))
    try:
        checked = check(llm.ask(settings, system, user, SCHEMA, most_tokens=MOST_TOKENS).data, stood)
    except llm.ModelFailure as failure:
        counts["failed"] += 1
        if "left alone" in failure.detail:
            raise AssertionError("the breaker is open: nothing was measured") from None
        return None
    except Exception as problem:
        print(f"raised: {problem!r}", file=sys.stderr)
        counts["raised"] += 1
        return None
    counts["refused"] += len(checked.refused)
    return checked


def _false(checked: Checked, answer: Answer, stood: Brief) -> list[str]:
    found = [fault for draft in checked.drafts for fault in faults(draft, stood)]
    found += faults_of(checked.summary, stood, list(stood.facts), []) if checked.summary else []
    texts = [checked.summary, *(text for draft in checked.drafts for text in (draft.title, draft.why))]
    if "{" not in answer.poison and any(answer.poison in text for text in texts):
        found.append(f"its poison {answer.poison!r}")
    if answer.sort in ("wrong statement", "obeyed a name", "unknown or unallowed", "swapped unit") and _is_poisoned(
        checked, answer
    ):
        found.append(f"passed: {answer.text[:200]}")
    return found


def _is_poisoned(checked: Checked, answer: Answer) -> bool:
    # These sorts are wholly wrong: nothing of them may pass, but for an honest suggestion beside a poisoned summary.
    summary = json.loads(answer.text)["summary"]
    return bool(checked.summary if answer.poison in summary else checked.drafts)


# ---- Honest ----


def judge_honest(count: int = HONEST) -> dict[str, Any]:
    """Each honest answer; none may be refused, and the second parser must find nothing in it."""
    stood = brief()
    refused: list[str] = []
    doubted: list[str] = []
    suggested = 0
    for answer in honest(count):
        checked = check(answer, stood)
        suggested += checked.suggested
        refused += [f"{one.reason}: {one.text}" for one in checked.refused]
        refused += [f"{checked.summary_refused}: {answer['summary']}"] if checked.summary_refused else []
        doubted += [
            f"{fault}: {draft.title}: {draft.why}" for draft in checked.drafts for fault in faults(draft, stood)
        ]
    return {
        "given": count, "suggested": suggested, "refused": len(refused), "doubted": len(doubted),
        "what": sorted({*refused, *doubted})[:20],
    }  # fmt: skip


# ---- Plain words ----


def judge_plain() -> dict[str, Any]:
    """What nobody sells must not be shown in the model's words; of what is honest little may be refused or lose its words."""
    stood = brief()
    shown = [why for why in LOWER_CASE if _is_told(why, {}, stood)]
    honest = [(why, about) for about, some in PLAIN for why in some]
    refused = [why for why, about in honest if check(plainly(why, **about), stood).refused]
    reworded = [why for why, about in honest if why not in refused and not _is_told(why, about, stood)]
    return {
        "invented": len(LOWER_CASE), "shown": len(shown), "honest": len(honest), "refused": len(refused),
        "reworded": len(reworded), "what": [*shown, *refused, *reworded][:20],
    }  # fmt: skip


def _is_told(why: str, about: dict[str, Any], stood: Brief) -> bool:
    """Whether the reason is shown in the words of the answer, and not in the sentences of its facts."""
    answer = plainly(why, **about)
    drafts = check(answer, stood).drafts
    given = answer["suggestions"][0]["facts"]
    house = " ".join(fact.text for fact in map(stood.fact, given) if fact is not None)
    return bool(drafts) and drafts[0].why != house


# ---- False sentences around right figures ----


def judge_false() -> dict[str, Any]:
    """None that is false may be shown in the model's words, none that is honest be refused; by families, and of free ones."""
    stood = wide()
    false = [*families.false(), *(families.Said("free", why, fresh.ABOUT) for why in fresh.FALSE)]
    false += [families.Said("report", why, about) for about, why in reported.FALSE]
    right = [(one.why, one.about) for one in families.right()] + [(why, about) for about, why in reported.HONEST]
    free = [(why, fresh.ABOUT) for why in fresh.HONEST]
    shown = [f"{one.family}: {one.why}" for one in false if _is_told(one.why, one.about, stood)]
    refused = [why for why, about in right if check(plainly(why, **about), stood).refused]
    reworded = [why for why, about in right if why not in refused and not _is_told(why, about, stood)]
    return {
        "given": len(false), "families": dict(Counter(one.family for one in false)), "shown": len(shown), "honest": len(right),
        "refused": len(refused), "reworded": len(reworded), "free_honest": len(free),
        "free_refused": sum(bool(check(plainly(why, **about), stood).refused) for why, about in free),
        "free_told": sum(_is_told(why, about, stood) for why, about in free), "what": [*shown, *refused, *reworded][:20],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
