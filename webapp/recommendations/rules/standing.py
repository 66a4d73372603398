"""Which advice answers, whether it is fresh, why not, and whether it has to be asked for anew. CONTRACT section 7."""

from dataclasses import dataclass
from typing import Literal

AGAIN_MS = 5 * 60_000
Which = Literal["newest", "rules"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What matters of advice that is kept. answered: a well-formed answer of a model stands behind it.

    moved: what its products cost is no longer what it stands on.
    """

    by: str
    reason: str | None
    made_ms: int
    expires_ms: int
    grounds: str
    answered: bool
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Called:
    """How a model was asked last: when, and `answered`, `failed`, `refused` or `quota`."""

    at_ms: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Stand:
    """which: the newest advice answers, or the house rules have to make theirs now, to be kept with `reason`.

    reason: None also where the house rules stand in for a model that was not asked yet or has not answered yet. wanted: a
    refresh is to be queued. first: a model was never asked in vain nor with success, so that a program waits once.
    """

    which: Which
    fresh: bool
    reason: str | None
    wanted: bool
    first: bool = False


def stand(
    newest: Kept | None, last: Called | None, *, model: bool, spent: bool, now_ms: int, age_ms: int, grounds: str,
    asked: bool = False,
) -> Stand:  # fmt: skip
    """How things stand with advice.

    newest: the newest advice that is kept. last: the last call of a model. model: one is configured. spent: its tokens or
    money of the day are. age_ms: when advice is stale. grounds: the day, the weather and the limits of the present.
    asked: somebody has asked for newer advice than the newest, and that refresh has ended.
    """
    other = newest is not None and (newest.grounds != grounds or newest.moved)
    stale = newest is None or now_ms - newest.made_ms >= age_ms or other
    if not model:
        if newest is None or newest.by == "model" or newest.expires_ms <= now_ms:
            return Stand("rules", True, "no_key", False)
        return Stand("newest", not other, "no_key", stale)
    trouble = _trouble(newest, last, spent and (stale or asked))
    tried = last is not None and now_ms - last.at_ms < AGAIN_MS and last.outcome != "answered"
    wanted = (stale or trouble is not None) and not spent and not tried
    if newest is None:
        return Stand("rules", False, trouble, wanted, last is None)
    if newest.by == "rules" and not newest.answered:
        gone = newest.expires_ms <= now_ms or other
        reason = trouble or (newest.reason if newest.reason != "no_key" else None)
        first = last is None and reason is None
        return Stand("rules" if gone else "newest", False, reason, wanted or not (spent or tried), first)
    if newest.expires_ms <= now_ms:
        return Stand("rules", False, trouble or newest.reason, wanted)
    if trouble is not None or stale:
        return Stand("newest", False, trouble if newest.by == "model" else trouble or newest.reason, wanted)
    return Stand("newest", True, newest.reason, False)


def _trouble(newest: Kept | None, last: Called | None, spent: bool) -> str | None:
    """Why there is no newer advice of a model, or None where nothing went wrong since the newest."""
    if last is not None and last.outcome != "answered" and (newest is None or last.at_ms >= newest.made_ms):
        return last.outcome
    return "budget" if spent else None
