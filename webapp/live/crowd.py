"""Who watches what: connections that want the same are one group and get the same bytes."""

from collections.abc import Iterator
from typing import NamedTuple

from webapp.live.messages import Wanted
from webapp.live.screens import Screens
from webapp.live.topics import Topics


class Part(NamedTuple):
    """One frame of what is sent at once. last: the position to which it tells; name: the screen that it shows.

    With neither it is a beat, which may be left out.
    """

    frame: bytes
    last: int | None = None
    name: str | None = None


class Group:
    """Connections with the same subscription. quiet_since: when something was last sent to all of them."""

    __slots__ = ("events", "fds", "key", "names", "programs", "quiet_since")

    def __init__(self, wanted: Wanted, topics: Topics, now: float) -> None:
        self.key = (wanted.topics, wanted.addresses)
        self.events = wanted.topics.intersection(topics.events)
        self.names = (wanted.topics - self.events) | frozenset(wanted.addresses)
        self.programs = bool(wanted.topics)
        self.fds: dict[int, None] = {}  # in place of a set, which takes three times the memory
        self.quiet_since = now


class Behind:
    """A connection that has not been told everything yet: newly subscribed, or slower than the others.

    position: the change up to which it has been told. ready: `ready` is due once it stands there. reset: why it has to
    start anew. names: screens that it has not seen as they are now.
    """

    __slots__ = ("names", "position", "ready", "reset")

    def __init__(self, position: int) -> None:
        self.position = position
        self.ready: int | None = None
        self.reset: str | None = None
        self.names: dict[str, None] = {}

    def missed(self, part: Part) -> None:
        """It has not got this frame. Events are fed to it from its position on; of a screen it gets the newest."""
        if part.name is not None:
            self.names[part.name] = None

    def mark(self) -> tuple[int, int | None, str | None, dict[str, None]]:
        """Where it stands."""
        return self.position, self.ready, self.reset, dict(self.names)

    def go_back(self, mark: tuple[int, int | None, str | None, dict[str, None]]) -> None:
        """It stands where it stood: what was to be told could not be."""
        self.position, self.ready, self.reset, self.names = mark

    def complete(self, position: int) -> bool:
        """Whether it is in step with those who have been told up to `position`."""
        return self.position == position and self.ready is None and self.reset is None and not self.names


class Crowd:
    """The groups and who is in which."""

    def __init__(self, topics: Topics, screens: Screens) -> None:
        self.topics = topics
        self.screens = screens
        self.groups: dict[tuple[frozenset[str], tuple[str, ...]], Group] = {}
        self.group_of: dict[int, Group] = {}
        self.listening = 0

    def join(self, fd: int, wanted: Wanted, now: float) -> Group:
        """The group of those who want this, with `fd` in it and in no other."""
        group = self.groups.get((wanted.topics, wanted.addresses)) or Group(wanted, self.topics, now)
        for name in group.names:
            self.screens.watch(name)
        self.leave(fd)
        self.groups[group.key] = group
        group.fds[fd] = None
        self.group_of[fd] = group
        return group

    def leave(self, fd: int) -> None:
        """The connection is in no group; a group without connections is forgotten."""
        group = self.group_of.pop(fd, None)
        if group is None:
            return
        group.fds.pop(fd, None)
        for name in group.names:
            self.screens.leave(name, fd)
        if not group.fds and self.groups.get(group.key) is group:
            del self.groups[group.key]

    def watching(self) -> bool:
        """Whether anybody wants anything."""
        return self.listening > 0 or any(group.names or group.events for group in self.groups.values())

    def wants_events(self) -> bool:
        """Whether anybody listens to an event topic."""
        return self.listening > 0 or any(group.events for group in self.groups.values())

    def each(self) -> Iterator[Group]:
        """The groups with connections, as they are now."""
        return iter(list(self.groups.values()))
