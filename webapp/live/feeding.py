"""Brings one connection that is behind into step, at its own pace: what it missed, `ready`, what it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.live import frames, messages
from webapp.live.crowd import Behind, Group
from webapp.live.messages import Wanted
from webapp.live.outbox import History
from webapp.live.tail import Gap

if TYPE_CHECKING:
    from webapp.live.hub import Hub

BURST = 4


def begin(wanted: Wanted, history: History, told_to: int | None = None) -> Behind:
    """Where a new subscription starts: at `since`, anew where that cannot be, else with what comes from now on.

    told_to: up to where the connection has been told already, under the subscription that this one replaces.
    """
    start = history.position if told_to is None else told_to
    behind = Behind(start)
    behind.ready = history.position
    if wanted.since is None:
        return behind
    if (wanted.epoch is not None and wanted.epoch != history.epoch) or wanted.since > history.position:
        behind.reset = "restored"
    elif wanted.since < history.forgotten:
        behind.reset = "history"
    else:
        behind.position = wanted.since
    return behind


def feed(hub: Hub, fd: int) -> None:
    """Write what the connection misses, some frames at most; others come before it goes on."""
    hub.parked.discard(fd)
    behind, group = hub.behind[fd], hub.crowd.group_of[fd]
    for _ in range(BURST):
        if hub.lines.busy(fd):
            return
        message = next_frame(hub, group, behind)
        if message is None:
            if behind.complete(hub.tail.position):
                del hub.behind[fd]
            else:
                hub.parked.add(fd)
            return
        if not hub.lines.send(fd, message):
            return
    hub.lines.ask_again(fd)


def next_frame(hub: Hub, group: Group, behind: Behind) -> bytes | None:
    """The next frame for it, or None when it has been told everything that the others have."""
    try:
        text = _next_message(hub, group, behind)
    except Gap:
        behind.reset = "history"
        text = _next_message(hub, group, behind)
    if text is not None:
        return frames.text(text)
    while behind.names and behind.position >= hub.tail.position:
        name = next(iter(behind.names))
        del behind.names[name]
        screen = hub.screens.watched.get(name)
        if screen is not None and screen.shown is not None:
            return screen.as_frame()
    return None


def _next_message(hub: Hub, group: Group, behind: Behind) -> str | None:
    if behind.reset is not None:
        return _start_anew(hub, group, behind)
    if not group.events:
        behind.position = max(behind.position, hub.tail.position)
    while behind.position < hub.tail.position:
        texts, behind.position = hub.tail.after(behind.position, hub.tail.position, group.events)
        if texts:
            return messages.together(texts)
    if behind.ready is not None and behind.position >= behind.ready:
        behind.ready = None
        return messages.ready(behind.position, hub.tail.epoch)
    return None


def _start_anew(hub: Hub, group: Group, behind: Behind) -> str | None:
    reason, behind.reset = behind.reset or "", None
    if not group.programs and reason == "history":
        behind.position = hub.tail.position  # a page gets its islands as they are; it needs no history
        return _next_message(hub, group, behind)
    text, behind.position = reset_message(hub, reason, group.programs)
    behind.ready = behind.position
    return text


def reset_message(hub: Hub, reason: str, with_data: bool) -> tuple[str, int]:
    """The message that says how things stand now, and the position at which they do."""
    with hub.tail.source.reading() as tx:
        seq = hub.tail.history_of(tx).position
        data: dict[str, str] = {}
        if with_data:
            data.update((name, topic.snapshot(tx)) for name, topic in hub.topics.events.items())
            data.update((name, topic.snapshot(tx, hub.now_ms())) for name, topic in hub.topics.states.items())
    return messages.reset(seq, hub.tail.epoch, reason, data), seq
