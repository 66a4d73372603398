"""Brings one connection that is behind into step, at its own pace: what it missed, `ready`, what it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.live import frames, messages, outbox
from webapp.live.crowd import Behind, Group
from webapp.live.messages import Wanted
from webapp.live.outbox import History
from webapp.live.tail import Gap, Shaped

if TYPE_CHECKING:
    from webapp.live.core import Hub
    from webapp.live.screens import Screen

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
    """Write what the connection misses, some frames at most; others come before it goes on.

    Where the ledger cannot be read it stands where it stood, and is fed again at the next poll.
    """
    hub.parked.discard(fd)
    behind = hub.behind[fd]
    for _ in range(BURST):
        if hub.lines.busy(fd):
            return
        before = behind.mark()
        try:
            frame = _next_frame(hub, fd, behind)
        except BaseException:
            behind.go_back(before)
            hub.lines.ask_again(fd)
            raise
        if frame is None:
            if behind.complete(hub.tail.position):
                del hub.behind[fd]
            else:
                hub.parked.add(fd)
            return
        written = hub.lines.offer(fd, frame)
        if written < 0:
            return
        if written == 0:
            behind.go_back(before)  # by the time it can be sent there may be a newer one
            break
    hub.lines.ask_again(fd)


def _next_frame(hub: Hub, fd: int, behind: Behind) -> bytes | None:
    told = next_events(hub, hub.crowd.group_of[fd], behind)
    if told:
        return frames.text(messages.together([one.text for one in told]))
    screen = next_screen(hub, behind)
    return screen.as_frame() if screen is not None else None


def next_events(hub: Hub, group: Group, behind: Behind) -> list[Shaped]:
    """What it misses next, as much as makes a frame, `ready` and `reset` among it; nothing when it is in step."""
    try:
        return _next_events(hub, group, behind)
    except Gap:
        behind.reset = "history"
        return _next_events(hub, group, behind)


def next_screen(hub: Hub, behind: Behind) -> Screen | None:
    """A screen that it has not seen as it is now; only when it has been told all events."""
    while behind.names and behind.position >= hub.tail.position:
        name = next(iter(behind.names))
        del behind.names[name]
        screen = hub.screens.watched.get(name)
        if screen is not None and screen.shown is not None:
            return screen
    return None


def _next_events(hub: Hub, group: Group, behind: Behind) -> list[Shaped]:
    if behind.reset is not None:
        reason, behind.reset = behind.reset, None
        if group.programs or reason == "restored":
            start = reset(hub, reason, group.programs)
            behind.position = behind.ready = start.seq
            return [start]
        behind.position = hub.tail.position  # a page needs no history: it gets its islands as they are
    if not group.events:
        behind.position = max(behind.position, hub.tail.position)
    while behind.position < hub.tail.position:
        told, behind.position = hub.tail.after(behind.position, hub.tail.position, group.events)
        if told:
            return told
    if behind.ready is not None and behind.position >= behind.ready:
        behind.ready = None
        return [Shaped(behind.position, "ready", messages.ready(behind.position, hub.tail.epoch))]
    return []


def reset(hub: Hub, reason: str, with_data: bool) -> Shaped:
    """The message that says how things stand now, at the position at which they do."""
    with hub.tail.source.reading() as tx:
        history = outbox.history(tx)
        data: dict[str, str] = {}
        if with_data:
            data.update((name, topic.newest(tx)) for name, topic in hub.topics.events.items())
            data.update((name, topic.state(tx, hub.now_ms())) for name, topic in hub.topics.states.items())
    return Shaped(history.position, "reset", messages.reset(history.position, history.epoch, reason, data))
