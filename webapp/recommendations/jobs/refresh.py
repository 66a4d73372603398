"""New advice: the brief is gathered, a model is asked before any transaction is opened, and what passes the checks is kept."""

import json
import logging
from dataclasses import dataclass, field
from typing import Any

from webapp import clock
from webapp.config import Settings
from webapp.db import reading, store, writer
from webapp.jobs.progress import Context
from webapp.recommendations import actions, actions_settings, dao
from webapp.recommendations.actions import Call, NewAdvice
from webapp.recommendations.islands import spending
from webapp.recommendations.jobs import effects, gather, learning, places
from webapp.recommendations.jobs.gather import Gathered, Shop
from webapp.recommendations.rules import costs, house, record

FEATURE = "recommendations"
log = logging.getLogger("takings.advice")


@dataclass(slots=True)
class _Told:
    """What came of asking. reason: why the house rules speak instead; reply: the last well-formed answer; asked: each time."""

    checked: Any = None
    reason: str | None = None
    reply: Any = None
    tokens_in: int = 0
    tokens_out: int = 0
    took_ms: int = 0
    cost_micros: int | None = None
    refused: list[tuple[str, str]] = field(default_factory=list)
    suggested: int = 0
    asked: tuple[dict[str, Any], ...] = ()


def is_configured(settings: Settings) -> bool:
    """Whether there is a model to ask: a provider is chosen and, but for a server of one's own, has a key."""
    return settings.llm != "none" and bool(settings.llm_key or settings.llm == "compatible")


def refresh(context: Context) -> None:
    """Advice of this moment is kept: of the model, or of the house rules with the reason why not.

    Where no well-formed answer came, the older advice of a model stands until it expires, and nothing new is kept. Where
    the day, the weather, a limit or a cost became another meanwhile, one more refresh is queued.
    """
    writer.do(actions_settings.guess_traits, None)
    with reading.reading() as tx:
        known, today = learning.read(tx).day, tx.zone.day_of(clock.now_ms())
    if known is None or today - known > 1:
        _learn(context)
    context.breathe()
    gathered = _gather()
    _advise(context, gathered)
    with reading.reading() as tx:
        now_ms = clock.now_ms()
        overtaken = places.grounds(tx, now_ms) != gathered.grounds or places.costs_moved(tx, gathered.brief)
    if overtaken:
        writer.do(actions.request_another, None)


def _advise(context: Context, gathered: Gathered) -> None:
    settings = store.settings()
    if not is_configured(settings):
        _keep_rules(gathered, "no_key", _Told())
        return
    told = _ask(context, settings, gathered)
    if told.checked is not None and told.checked.drafts:
        _keep_model(gathered, told)
    elif told.reply is not None:
        _keep_rules(gathered, "refused", told)
    elif not _older_stands():
        _keep_rules(gathered, told.reason or "failed", told)


def _learn(context: Context) -> None:
    # Advice without what the history teaches is better than none.
    try:
        learning.learn(context)
    except (ArithmeticError, ValueError):
        log.exception("nothing was learned of the history")


def advise_by_rules(reason: str | None, after: int | None = None) -> None:
    """The house rules' advice is kept now, in the caller's own time; not where newer has come than `after` (0: none)."""
    writer.do(actions.keep_advice, rules_advice(reason, after))


def rules_advice(reason: str | None, after: int | None = None) -> NewAdvice:
    """The house rules' advice of this moment, not kept; reason, after: as `NewAdvice` has them."""
    return _of_rules(reading.in_thread(_gathered), reason, _Told(), after)


def _gather() -> Gathered:
    with reading.reading() as tx:
        return _gathered(tx)


def _gathered(tx: Any) -> Gathered:
    shop = store.shop()
    return gather.gather(tx, clock.now_ms(), Shop(shop.name, shop.locale, shop.formatter))


def _older_stands() -> bool:
    with reading.reading() as tx:
        advice = dao.find_latest_advice(tx)
        return advice is not None and advice["by"] == "model" and advice["expires_ms"] > clock.now_ms()


# ---- The model ----


def _ask(context: Context, settings: Settings, gathered: Gathered) -> _Told:
    """Ask, check, and where nothing passes ask once more with the list of failures; no transaction is open meanwhile."""
    from webapp.recommendations.rules import grounding, prompts
    from webapp.remote import llm

    told, failures = _Told(), ()
    for _ in range(2):
        context.breathe()
        with reading.reading() as tx:
            left = spending.tokens_left(tx, settings, clock.now_ms())
        if not left:
            told.reason = told.reason or "budget"
            return told
        if llm.is_open(settings):
            told.reason = told.reason or "failed"
            return told
        system, user = prompts.build(gathered.brief, llm.read_prompt(FEATURE, prompts.VERSION), failures)
        told.asked += ({"system": system, "user": user, "schema": prompts.SCHEMA},)
        try:
            reply = llm.ask(settings, system, user, prompts.SCHEMA, most_tokens=min(prompts.MOST_TOKENS, left))
        except llm.ModelFailure as failure:
            log.warning("the model gave no advice: %s", failure.detail)
            _count(settings, failure.reason, failure.detail, failure.tokens_in, failure.tokens_out, 0)
            told.reason = failure.reason
            return told
        cost = _count(settings, "answered", "", reply.tokens_in, reply.tokens_out, reply.took_ms)
        _take(told, cost, reply, grounding.check(reply.data, gathered.brief))
        if told.checked.drafts or not told.checked.refused:
            return told  # an answer that suggests nothing holds nothing to be asked about again
        failures = tuple(told.checked.refused)
    return told


def _take(told: _Told, cost: int | None, reply: Any, checked: Any) -> None:
    told.reply, told.checked = reply, checked
    told.tokens_in += reply.tokens_in
    told.tokens_out += reply.tokens_out
    told.took_ms += reply.took_ms
    told.cost_micros = None if cost is None else (told.cost_micros or 0) + cost
    told.suggested += checked.suggested
    told.refused += [(one.reason, one.text) for one in checked.refused]


def _count(settings: Settings, outcome: str, detail: str, tokens_in: int, tokens_out: int, took_ms: int) -> int | None:
    """The call is written down; what it cost, in millionths of a US dollar, where a price is known."""
    from webapp.remote import llm

    cost = costs.cost(settings.llm_price, costs.Tokens(tokens_in, tokens_out))
    call = Call(settings.llm, llm.model_of(settings), outcome, detail, tokens_in, tokens_out, took_ms, cost)
    writer.do(actions.keep_calls, call)
    return cost


# ---- Keeping ----


def _keep_model(gathered: Gathered, told: _Told) -> None:
    from webapp.recommendations.rules import prompts

    checked, reply = told.checked, told.reply
    drafts = tuple(house.offered_less(checked.drafts, _failing("model")))
    writer.do(
        actions.keep_advice,
        NewAdvice(
            "model", gathered.brief, drafts, checked.summary or house.summary(gathered.brief), gathered.grounds,
            told.suggested, tuple(told.refused), None, reply.provider, reply.model, prompts.VERSION,
            json.dumps(reply.data, default=str), told.tokens_in, told.tokens_out, told.took_ms,
            effects.smallest(drafts), cost_micros=told.cost_micros, asked=told.asked,
        ),
    )  # fmt: skip


def _keep_rules(gathered: Gathered, reason: str, told: _Told) -> None:
    writer.do(actions.keep_advice, _of_rules(gathered, reason, told))


def _of_rules(gathered: Gathered, reason: str | None, told: _Told, after: int | None = None) -> NewAdvice:
    began_ms = clock.now_ms()
    drafts, summary = house.advise(gathered.brief, _failing("rules"))
    answer = None if told.reply is None else json.dumps(told.reply.data, default=str)
    return NewAdvice(
        "rules", gathered.brief, tuple(drafts), summary, gathered.grounds, told.suggested + len(drafts),
        tuple(told.refused), reason, answer=answer, tokens_in=told.tokens_in, tokens_out=told.tokens_out,
        took_ms=told.took_ms or max(clock.now_ms() - began_ms, 0), smallest=effects.smallest(drafts), after=after,
        cost_micros=told.cost_micros, asked=told.asked,
    )  # fmt: skip


def _failing(by: str) -> frozenset[str]:
    with reading.reading() as tx:
        return record.failing(dao.find_with_results(tx), by)
