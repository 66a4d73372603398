"""What answers when somebody looks: the advice that stands, the house rules at once where they have to, a refresh queued."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from webapp import clock
from webapp.db import reading, store, writer
from webapp.errors import NotFound, Unavailable
from webapp.jobs import queue
from webapp.recommendations import actions, actions_settings, dao
from webapp.recommendations.islands import spending
from webapp.recommendations.jobs import places, refresh
from webapp.recommendations.rules import present, standing, stored
from webapp.recommendations.rules.brief import Brief, Fact
from webapp.recommendations.rules.standing import Called, Kept, Stand
from webapp.weather import dao as weather

FIRST_WAIT_S, LOOK_S = 20.0, 0.1
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Answered:
    """Advice as it stands. advice: its row; suggestions: rows as `dao.find_suggestions` gives them, the newest last.

    Where nothing could be written and no kept advice answers, `id` of the advice and of new suggestions is None.

    facts: of the brief as far as they hold beside the weather of now, and behind them those on which suggestions rest that
    hold no longer or are of older briefs, numbered on, each with its time; facts_of: for each of the suggestions its numbers among
    `facts`; open ones that rest on what holds no longer are left out. weather: as it stands. reason, fresh: as the contract
    says. job: the refresh that waits or runs. configured: there is a model. spent: its tokens or money of the day are.
    """

    advice: Any
    brief: Brief
    suggestions: Sequence[Any]
    facts: tuple[Fact, ...]
    facts_of: list[list[str]]
    summary: str
    weather: Sequence[Any]
    fresh: bool
    reason: str | None
    job: int | None
    configured: bool
    spent: bool
    seq: int


def answer(wait_s: float = 0.0, *, program: bool = False, states: Iterable[str] = dao.SHOWN) -> Answered:
    """The advice that answers now.

    wait_s: how long to wait for a refresh where advice is stale. program: a program asks, which waits up to 20 s for the
    first advice of a model: once, for then there is advice, if only of the rules. states: of the suggestions that are shown.
    Where nothing can be written (a full or read-only disk, a stopped ledger) what is kept answers, or the rules' advice
    without being kept; neither is fresh.
    """
    shown = list(states)
    with reading.reading() as tx:
        stand, advice = _stand(tx)
        job = queue.waiting(tx, actions.REFRESH)
        first = program and stand.first
        ready = stand.which == "newest" and (not stand.wanted or (job is not None and wait_s <= 0 and not first))
        if ready:  # what most requests find: one snapshot, and nothing is written
            return _read(tx, stand, advice, shown, job)
    try:
        _bring(stand, advice, job, wait_s, first)
    except Unavailable:
        return _unwritten(shown)
    with reading.reading() as tx:
        return _read(tx, *_stand(tx), shown, queue.waiting(tx, actions.REFRESH))


def _bring(stand: Stand, advice: Any, job: int | None, wait_s: float, first: bool) -> None:
    """A refresh is queued where one is wanted and waited for as long as told; the rules' advice is kept where it has to be.

    first: the first request of a program, for which the wait that ended without an answer is a failure.
    """
    if stand.wanted:
        job = writer.do(actions.request_refresh, None)["job"] if job is None else job
        wait_s = max(wait_s, FIRST_WAIT_S) if first else wait_s
        if wait_s > 0:
            _wait(job, wait_s)
            with reading.reading() as tx:
                stand, advice = _stand(tx)
            if first and stand.first:
                stand = replace(stand, which="rules", reason="failed")
    if stand.which == "rules":
        refresh.advise_by_rules(stand.reason, 0 if advice is None else advice["id"])
        if reading.cooperative() and not refresh.is_configured(store.settings()):
            writer.do(actions.request_refresh, None)  # the worker adds what a page does not wait for, and asks nobody


def _unwritten(shown: list[str]) -> Answered:
    """What answers where nothing can be written: the advice that stands, or the rules' of this moment."""
    with reading.reading() as tx:
        stand, advice = _stand(tx)
        if stand.which == "newest":
            return replace(_read(tx, stand, advice, shown, queue.waiting(tx, actions.REFRESH)), fresh=False)
    new = refresh.rules_advice(stand.reason)
    with reading.reading() as tx:
        advice, suggestions = actions.rows_unkept(tx, new, clock.now_ms())
        others = dao.find_suggestions(tx, clock.now_ms(), [state for state in shown if state != "open"])
        told = [*(suggestions if "open" in shown else ()), *sorted(others, key=lambda row: int(row["id"]))]
        return _answered(tx, replace(stand, fresh=False), advice, new.brief, told, queue.waiting(tx, actions.REFRESH))


def first_advice() -> None:
    """The house rules' advice of the day is kept where nothing else stands, so that Today has it before anybody asks.

    Nobody outside is asked. Where a model's advice stands, or nothing was ever sold, nothing happens.
    """
    writer.do(actions_settings.guess_traits, None)
    with reading.reading() as tx:
        stand, newest = _stand(tx)
        sold = dao.has_sold(tx)
    stale = stand.wanted and not refresh.is_configured(store.settings())
    if sold and (stand.which == "rules" or stale):
        refresh.advise_by_rules(stand.reason, 0 if newest is None else newest["id"])


def how_it_stands() -> Stand:
    """Which advice answers, whether it is fresh and whether a refresh is wanted, at this moment."""
    with reading.reading() as tx:
        return _stand(tx)[0]


def _stand(tx: Any) -> tuple[Stand, Any]:
    """How it stands in this snapshot, and the newest advice."""
    settings, now_ms = store.settings(), clock.now_ms()
    newest, last = dao.find_latest_advice(tx), dao.find_last_call(tx)
    spent = not spending.tokens_left(tx, settings, now_ms)
    found = standing.stand(
        None if newest is None else _kept(tx, newest),
        None if last is None else Called(last["at_ms"], last["outcome"]),
        model=refresh.is_configured(settings),
        spent=spent,
        asked=spent and newest is not None and dao.has_refreshed(tx, newest["made_ms"]),
        now_ms=now_ms,
        age_ms=settings.advice_age * HOUR_MS,
        grounds=places.grounds(tx, now_ms),
    )
    return found, newest


def _kept(tx: Any, row: Any) -> Kept:
    moved = places.costs_moved(tx, stored.read_brief(row["brief"]))
    answered = row["answer"] is not None
    return Kept(row["by"], row["reason"], row["made_ms"], row["expires_ms"], row["grounds"], answered, moved)


def _wait(job_id: int, wait_s: float) -> None:
    """Until the refresh has ended, well or badly, or the time is over."""
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        with reading.reading() as tx:
            try:
                if queue.find(tx, job_id)["state"] in queue.ENDED:
                    return
            except NotFound:
                return
        time.sleep(LOOK_S)


# ---- Reading ----


def _read(tx: Any, stand: Stand, advice: Any, states: list[str], job: int | None) -> Answered:
    suggestions = dao.find_suggestions(tx, clock.now_ms(), states)
    suggestions.sort(key=lambda row: (row["state"] != "open", row["id"]))
    return _answered(tx, stand, advice, stored.read_brief(advice["brief"]), suggestions, job)


def _answered(
    tx: Any, stand: Stand, advice: Any, brief: Brief, suggestions: Sequence[Any], job: int | None
) -> Answered:
    settings, now_ms = store.settings(), clock.now_ms()
    now = weather.standing(tx, now_ms)
    said = store.shop().formatter
    holds = present.present(brief, present.places(now, said), said)
    suggestions = [row for row in suggestions if not present.has_gone(row, advice["id"], holds.gone)]
    facts, facts_of = _facts(tx, advice, brief, holds.gone, suggestions)
    spent = not spending.tokens_left(tx, settings, now_ms)
    return Answered(
        advice, brief, suggestions, facts, facts_of, holds.summary or advice["summary"], now, stand.fresh, stand.reason, job,
        refresh.is_configured(settings), spent, reading.seq(tx),
    )  # fmt: skip


def _facts(
    tx: Any, advice: Any, brief: Brief, gone: frozenset[str], suggestions: Sequence[Any]
) -> tuple[tuple[Fact, ...], list[list[str]]]:
    facts, facts_of = [fact for fact in brief.facts if fact.id not in gone], list[list[str]]()
    numbers = {(advice["id"], fact.id): fact.id for fact in facts}
    briefs, count = {advice["id"]: brief}, len(brief.facts)
    for row in suggestions:
        told = []
        for fact_id in json.loads(row["facts"]):
            key = (row["advice_id"], fact_id)
            if key not in numbers:
                fact = _older(tx, briefs, *key)
                if fact is None:
                    continue
                count += 1
                numbers[key] = f"f{count}"
                facts.append(replace(fact, id=numbers[key]))
            told.append(numbers[key])
        facts_of.append(told)
    return tuple(facts), facts_of


def _older(tx: Any, briefs: dict[int, Brief], advice_id: int, fact_id: str) -> Fact | None:
    if advice_id not in briefs:
        briefs[advice_id] = stored.read_brief(dao.find_advice(tx, advice_id)["brief"])
    fact = briefs[advice_id].fact(fact_id)
    return None if fact is None else present.dated(fact, briefs[advice_id].as_of_ms, store.shop().formatter)


def facts_of_suggestion(tx: Any, row: Any) -> tuple[Fact, ...]:
    """The facts on which one suggestion rests, in the order in which it names them."""
    brief = stored.read_brief(dao.find_advice(tx, row["advice_id"])["brief"])
    found = (brief.fact(fact_id) for fact_id in json.loads(row["facts"]))
    return tuple(fact for fact in found if fact is not None)
