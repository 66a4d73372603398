"""What programs can subscribe to; features register their topics by way of app.py.

An event topic tells each change once, in order (`orders`). A state topic tells how things stand, and may skip what lies
between (`analytics`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.live.outbox import Event

Shaped = tuple[int, str, int, str]  # seq, event, time in milliseconds, the data as a JSON text
Shaper = Callable[[Any, Sequence[Event]], list[Shaped]]
_OWN_TIME = re.compile(r'"(?:as_of|seq)"\s*:\s*(?:"[^"]*"|\d+)')


@dataclass(frozen=True)
class EventTopic:
    """shaper(tx, events): one entry a change, its data as of that change. newest(tx): the newest 50, a JSON array."""

    name: str
    shaper: Shaper
    newest: Callable[[Any], str]


@dataclass(frozen=True)
class StateTopic:
    """state(tx, now_ms): the state as a JSON text. follows: outbox topics that change it, None for all.

    pace: seconds between two frames at least. clock: it moves by itself, so it is looked at each second.
    """

    name: str
    state: Callable[[Any, int], str]
    follows: frozenset[str] | None = None
    pace: float = 0.1
    clock: bool = True


@dataclass
class Topics:
    """The topics of an application."""

    events: dict[str, EventTopic] = field(default_factory=dict)
    states: dict[str, StateTopic] = field(default_factory=dict)

    def topic(
        self,
        name: str,
        shaper: Shaper | None = None,
        *,
        newest: Callable[[Any], str] | None = None,
        state: Callable[[Any, int], str] | None = None,
        follows: Sequence[str] | None = None,
        pace: float = 0.1,
        clock: bool = True,
    ) -> None:
        """From now on programs may subscribe to `name`: with a shaper it tells events, with a state how things are."""
        if (shaper is None) == (state is None) or (shaper is None) != (newest is None):
            raise ValueError(f"topic {name} has either a shaper and its newest, or a state")
        if shaper is not None and newest is not None:
            self.events[name] = EventTopic(name, shaper, newest)
        if state is not None:
            self.states[name] = StateTopic(name, state, frozenset(follows) if follows else None, pace, clock)

    def names(self) -> list[str]:
        """Every topic, the event topics first."""
        return [*self.events, *self.states]


known = Topics()
topic = known.topic


def without_time(text: str) -> str:
    """A state's text without its own `as_of` and `seq`, which change although nothing else does."""
    return _OWN_TIME.sub("", text, count=2)
