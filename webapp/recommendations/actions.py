"""Advice is kept, given again, and forgotten; a refresh is asked for. Deciding on it stands in `actions_decide.py`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp import clock
from webapp.db.tx import Tx
from webapp.jobs import queue
from webapp.live import outbox
from webapp.recommendations import dao
from webapp.recommendations.rules import stored
from webapp.recommendations.rules.brief import Brief, Draft

REFRESH, LEARN, MEASURE = "advice", "learn", "measure"
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class NewAdvice:
    """Advice that passed every check, and what it stands on. refused: (reason, text) of what did not pass.

    suggested: how many suggestions there were, of the model and of the rules, before any was refused or left out. reason: why the
    house rules speak, None for a model.
    answer: a model's answer as it came, JSON. grounds: the day and weather that it stands on. smallest: by product id and
    the days that a draft stands for, the least change of units that its whole days can show. after: the newest advice (0:
    none) when this was begun; where newer has come since, that one stands and this is not kept; None: it is kept whatever
    came. cost_micros: what its answers cost, in millionths of a US dollar, None where no price is known or nobody was asked.
    asked: what a model was asked, word for word, each time.
    """

    by: str
    brief: Brief
    drafts: tuple[Draft, ...]
    summary: str
    grounds: str
    suggested: int
    refused: tuple[tuple[str, str], ...] = ()
    reason: str | None = None
    provider: str | None = None
    model: str | None = None
    prompt: str | None = None
    answer: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    took_ms: int = 0
    smallest: dict[tuple[int, int], float] = field(default_factory=dict)
    after: int | None = None
    cost_micros: int | None = None
    asked: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A model was asked. outcome: `answered`, `failed`, `refused` or `quota`; detail: words without a key.

    cost_micros: in millionths of a US dollar, None where no price is known.
    """

    provider: str
    model: str
    outcome: str
    detail: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    took_ms: int = 0
    cost_micros: int | None = None


def request_refresh(tx: Tx, items: Sequence[None]) -> list[dict[str, int]]:
    """A refresh is queued, or the one that waits or runs is joined; {"job": its id}."""
    job_id = queue.add(tx, REFRESH, dedupe=True)
    return [{"job": job_id} for _ in items]


def request_another(tx: Tx, items: Sequence[None]) -> list[dict[str, int]]:
    """A refresh is queued also where one runs, which began before what the new one is for; {"job": its id}."""
    return [{"job": queue.add(tx, REFRESH)} for _ in items]


def request_learning(tx: Tx, items: Sequence[None]) -> list[dict[str, int]]:
    """The history is to be learned from now, out of its daily time; {"job": its id}."""
    job_id = queue.add(tx, LEARN, dedupe=True)
    return [{"job": job_id} for _ in items]


def keep_calls(tx: Tx, items: Sequence[Call]) -> list[dict[str, int]]:
    """It is written down that a model was asked, and its tokens and cost count for the day."""
    kept = []
    for item in items:
        call_id = tx.next("model_call")
        dao.insert_call(
            tx, id=call_id, day=tx.zone.day_of(tx.now_ms), at_ms=tx.now_ms, provider=item.provider, model=item.model,
            tokens_in=item.tokens_in, tokens_out=item.tokens_out, took_ms=item.took_ms, cost_micros=item.cost_micros,
            outcome=item.outcome, detail=item.detail[:500],
        )  # fmt: skip
        kept.append({"id": call_id})
    return kept


def keep_learned(tx: Tx, items: Sequence[tuple[str, int, str]]) -> list[None]:
    """What the history teaches is known: (name, the day up to which it was read, JSON) each."""
    for name, day, result in items:
        dao.set_learned(tx, name, day, result, tx.now_ms)
    return [None] * len(items)


def keep_measured(tx: Tx, items: Sequence[dict[str, Any]]) -> list[dict[str, int]]:
    """What accepted suggestions did is known, as far as can be told; items: the columns of `measured` but for its time."""
    results = []
    for columns in items:
        dao.set_measured(tx, **columns, at_ms=tx.now_ms)
        results.append({"seq": outbox.append(tx, "advice", "measured", columns["suggestion_id"])})
    return results


# ---- Keeping ----


def keep_advice(tx: Tx, items: Sequence[NewAdvice]) -> list[dict[str, int]]:
    """The advice is the newest; {"id", "seq", "shown"}.

    A suggestion of the same kind, product and price keeps its id; open ones that are not given again are expired. What
    was dismissed comes back only when its time was over, and beside what is accepted nothing is suggested for the same
    product in the same kind.
    """
    return [_keep(tx, item) for item in items]


def _keep(tx: Tx, item: NewAdvice) -> dict[str, int]:
    newest = None if item.after is None else dao.find_latest_advice(tx)
    if newest is not None and newest["id"] != item.after:
        return {"id": newest["id"], "seq": newest["seq"], "shown": 0}
    advice_id, seq = tx.next("advice"), outbox.append(tx, "advice", "kept", 0)
    kept = dao.find_kept(tx, ("open", "accepted", "dismissed"), tx.now_ms)
    drafts = [draft for draft in item.drafts if not _decided(kept, draft, tx.now_ms)]
    expires = [_expires(tx.zone, tx.now_ms, draft) for draft in drafts]
    _insert_advice(tx, advice_id, seq, item, len(drafts), max(expires, default=tx.now_ms + DAY_MS))
    open_ones = {_key_of(row): row["id"] for row in reversed(kept) if row["state"] == "open"}
    given = set()
    for draft, expires_ms in zip(drafts, expires, strict=True):
        given.add(_give(tx, item, advice_id, draft, expires_ms, open_ones.get(_key(draft))))
    for row in kept:
        if row["state"] in ("open", "expired") and row["id"] not in given:
            dao.expire_suggestion(tx, row["id"], outbox.append(tx, "advice", "expired", row["id"]))
    return {"id": advice_id, "seq": seq, "shown": len(drafts)}


def _insert_advice(tx: Tx, advice_id: int, seq: int, item: NewAdvice, shown: int, expires_ms: int) -> None:
    dao.insert_advice(
        tx, id=advice_id, by=item.by, provider=item.provider, model=item.model, prompt=item.prompt, reason=item.reason,
        brief=stored.brief_text(item.brief), answer=item.answer, summary=item.summary, checked=_checked(item, shown),
        grounds=item.grounds, tokens_in=item.tokens_in, tokens_out=item.tokens_out, took_ms=item.took_ms,
        cost_micros=item.cost_micros, made_ms=tx.now_ms, expires_ms=expires_ms, seq=seq,
        asked=json.dumps(item.asked, ensure_ascii=False) if item.asked else None,
    )  # fmt: skip


def _checked(item: NewAdvice, shown: int) -> str:
    refused = [{"reason": reason[:200], "text": text[:200]} for reason, text in item.refused]
    suggested = max(item.suggested, shown + len(refused))
    left_out = suggested - shown - len(refused)
    return json.dumps({"suggested": suggested, "shown": shown, "left_out": left_out, "refused": refused})


def _give(tx: Tx, item: NewAdvice, advice_id: int, draft: Draft, expires_ms: int, known: int | None) -> int:
    suggestion_id = tx.next("suggestion") if known is None else known
    seq = outbox.append(tx, "advice", "suggested", suggestion_id)
    columns = {
        "id": suggestion_id, "advice_id": advice_id, **_columns(item, draft), "made_ms": tx.now_ms,
        "expires_ms": expires_ms, "seq": seq,
    }  # fmt: skip
    if known is None:
        dao.insert_suggestion(tx, kind=draft.kind, product_id=draft.product_id, **columns)
    else:
        dao.renew_suggestion(tx, **columns)
    return suggestion_id


def _columns(item: NewAdvice, draft: Draft) -> dict[str, Any]:
    """What a suggestion says, as columns of its row."""
    price, effect = draft.price, draft.effect
    return {
        "products": json.dumps(draft.products), "by": item.by,
        "title": draft.title, "why": draft.why, "facts": json.dumps(draft.facts),
        "now_minor": price and price.now, "suggested_minor": price and price.suggested, "floor_minor": price and price.floor,
        "ceiling_minor": price and price.ceiling, "lowest_30d_minor": price and price.lowest_30d,
        "effect_metric": effect and effect.metric, "effect_low": effect and effect.low, "effect_high": effect and effect.high,
        "effect_unit": effect and effect.unit, "effect_basis": effect and effect.basis, "confidence": draft.confidence,
        "smallest": None if draft.product_id is None else item.smallest.get((draft.product_id, draft.days)),
    }  # fmt: skip


def _expires(zone: clock.Zone, now_ms: int, draft: Draft) -> int:
    """The end of the business day that lies so many days ahead."""
    return zone.bounds(zone.day_of(now_ms) + max(draft.days, 1))[0]


def _key(draft: Draft) -> tuple[Any, ...]:
    others = tuple(sorted(draft.products)) if draft.kind == "bundle" else ()
    return draft.kind, draft.product_id, None if draft.price is None else draft.price.suggested, others


def _key_of(row: Any) -> tuple[Any, ...]:
    others = tuple(sorted(json.loads(row["products"]))) if row["kind"] == "bundle" else ()
    return row["kind"], row["product_id"], row["suggested_minor"], others


def _decided(kept: Sequence[Any], draft: Draft, now_ms: int) -> bool:
    """Whether a person has said something that stands about what the draft says."""
    for row in kept:
        if row["state"] == "dismissed" and row["expires_ms"] > now_ms and _key_of(row) == _key(draft):
            return True
        same = row["state"] == "accepted" and draft.product_id is not None and row["product_id"] == draft.product_id
        if same and (row["kind"] == draft.kind or (row["price_minor"] is not None and draft.price is not None)):
            return True
    return False


# ---- Where nothing can be written ----

_UNDECIDED = ("decided_ms", "decided_by", "reason", "price_minor", "starts_ms", "ends_ms", "ended_ms", "plan_id")


def rows_unkept(tx: Any, item: NewAdvice, now_ms: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of the advice and those of its suggestions as `keep_advice` would make them at this instant; nothing is kept.

    Ids are None, but a suggestion of the same kind, product and price that is kept has its own.
    """
    kept = dao.find_kept(tx, ("open", "accepted", "dismissed"), now_ms)
    open_ones = {_key_of(row): row["id"] for row in reversed(kept) if row["state"] == "open"}
    rows = []
    for draft in item.drafts:
        line = None if draft.product_id is None else item.brief.product(draft.product_id)
        if not _decided(kept, draft, now_ms) and (line is not None or draft.product_id is None):
            rows.append({
                **dict.fromkeys(_UNDECIDED), **_columns(item, draft), "id": open_ones.get(_key(draft)), "advice_id": None,
                "kind": draft.kind, "state": "open", "product_id": draft.product_id, "sku": line and line.sku,
                "product_name": line and line.name, "made_ms": now_ms, "expires_ms": _expires(tx.zone, now_ms, draft),
            })  # fmt: skip
    advice = {
        "id": None, "by": item.by, "provider": item.provider, "model": item.model, "prompt": item.prompt,
        "took_ms": item.took_ms, "was_asked": 0, "summary": item.summary, "checked": _checked(item, len(rows)), "made_ms": now_ms,
    }  # fmt: skip
    return advice, rows


# ---- What time does ----


def expire(tx: Tx, items: Sequence[None]) -> list[dict[str, int]]:
    """Open suggestions whose time is over are expired and accepted ones ended, at their own time, and measured; {"changed"}."""
    changed = 0
    kept = dao.find_kept(tx, ("open", "accepted"), tx.now_ms)
    if any(row["state"] == "ended" for row in kept):
        queue.add(tx, MEASURE, dedupe=True)
    for row in kept:
        if row["state"] == "expired":
            dao.expire_suggestion(tx, row["id"], outbox.append(tx, "advice", "expired", row["id"]))
        elif row["state"] == "ended":
            dao.end_suggestion(tx, row["id"], row["ends_ms"], outbox.append(tx, "advice", "ended", row["id"]))
        changed += row["state"] in ("expired", "ended")
    return [{"changed": changed} for _ in items]
