"""How a web worker's greenlets hand what they write to one group commit: in the loop, or on a native thread."""

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from typing import Any

import gevent
from gevent.event import Event
from gevent.hub import Waiter
from gevent.monkey import get_original

from webapp import counters
from webapp.db import failures, writer
from webapp.db.group import Request
from webapp.errors import Unavailable

MOST_WAITING = 800  # requests: others need room for reading, a process serves a thousand connections
MOST_ITEMS_WAITING = 20_000
STALLED_S, LONGEST_WAIT_S = 5.0, 15.0
RETRY_S = 5
MOST_ITEMS = 3_000  # of a group, which ends with the request that reaches them
SLOW_MS = 1.0
ROUNDS = 4  # of the loop, at most, that a group for a server waits for what has arrived already
_CROWDED = "More orders wait to be written than there is room for. Send it again with the same key."
_STALLED = "The disk has not answered for seconds; whether this was kept is not known. Send it again with the same key."


def start(mode: str) -> Any:
    """Start this worker's writer: `loop`, `thread`, or `auto` by twenty timed fdatasyncs."""
    if writer.store.on_server():
        mode = "loop"  # waiting for a server lets everybody else run
    elif mode == "auto":
        mode = _by_the_disk()
    front = ThreadFront() if mode == "thread" else LoopFront()
    writer.use(front)
    return front


def _by_the_disk() -> str:
    try:
        return "loop" if writer.fsync_ms(writer.store.path().parent) < SLOW_MS else "thread"
    except OSError:  # a disk that takes nothing does not tell how fast it is; what is sold later must find this worker
        return "thread"


class _Front(ABC):
    def __init__(self) -> None:
        self.waiting: deque[Request] = deque()
        self.under_way: Sequence[Request] = ()
        self.began: float | None = None
        self.closed = False
        self._watch = gevent.spawn(self._look_after)
        counters.WRITES_WAITING.follow(lambda: len(self.waiting))

    def submit(self, request: Request) -> None:
        """Wait, as a greenlet, until the request is committed or refused.

        Raises Unavailable at once when too much waits already, or the disk has not answered for seconds.
        """
        self._check_room(request)
        waiter = request.waiter = Waiter()
        self.waiting.append(request)
        self.wake()
        try:
            waiter.get()
        finally:
            request.waiter = None

    def _check_room(self, request: Request) -> None:
        count = len(self.waiting)
        if self.closed or count >= MOST_WAITING or (count and self._too_large(request)):
            raise Unavailable(_CROWDED, retry_after=1, reason="crowded")
        began = self.began
        if began is not None and time.monotonic() - began > STALLED_S:
            raise Unavailable(_STALLED, retry_after=RETRY_S, reason="stalled")

    def _too_large(self, request: Request) -> bool:
        if len(request.items) == 1:
            return False
        return sum(len(one.items) for one in list(self.waiting)) + len(request.items) > MOST_ITEMS_WAITING

    def _look_after(self) -> None:
        while not self.closed:
            gevent.sleep(1.0)
            self.shed(time.monotonic())

    def shed(self, now: float) -> None:
        """Who has waited for a stalled disk too long is told so; whether the order was kept is not known then."""
        began = self.began
        if began is None or now - began < LONGEST_WAIT_S:
            return
        overdue = list(self.under_way)
        while self.waiting:
            overdue.append(self.waiting.popleft())
        for request in overdue:
            request.error = Unavailable(_STALLED, retry_after=RETRY_S, reason="stalled")
        gevent.get_hub().loop.run_callback(_answer, overdue)

    def commit(self, session: writer.Session) -> Sequence[Request]:
        """Commit what waits; whoever was gathered has a result or an error. Never raises."""
        self.began = time.monotonic()
        try:
            return session.commit(self.gather, lambda: list(self.waiting))
        except Exception as error:
            return _failed(self.gather(), failures.met(error, session.path))
        finally:
            self.began, self.under_way = None, ()

    @abstractmethod
    def wake(self) -> None:
        """Something waits."""

    def gather(self) -> Sequence[Request]:
        """What waits now, up to a bound of items."""
        found: list[Request] = []
        items = 0
        while self.waiting and items < MOST_ITEMS:
            request = self.waiting.popleft()
            items += len(request.items)
            found.append(request)
        self.under_way = found
        return found


def _answer(requests: Sequence[Request]) -> None:
    for request in requests:
        if request.waiter is not None:
            request.waiter.switch(None)


class LoopFront(_Front):
    """Commits in a greenlet of the loop: where an fsync is short, nothing is faster."""

    def __init__(self) -> None:
        super().__init__()
        self._event = Event()
        self._session = writer.new_session(sleep=gevent.sleep)
        self._is_far = writer.store.on_server()
        self._greenlet = gevent.spawn(self._work)

    def wake(self) -> None:
        """Something waits."""
        self._event.set()

    def _let_come(self) -> None:
        """What has arrived already joins the group: what it will ask goes to the server with the asking for its turn."""
        for _ in range(ROUNDS):
            count = len(self.waiting)
            gevent.sleep(0)
            if len(self.waiting) == count:
                return

    def _work(self) -> None:
        loop = gevent.get_hub().loop
        while True:
            if not self.waiting:
                if self.closed:
                    return
                self._session.rest()
                if not self.waiting:
                    self._event.clear()
                    self._event.wait()
                    continue
            if self._is_far:
                self._let_come()
            done = self.commit(self._session)
            loop.run_callback(_answer, done)
            gevent.sleep(0)

    def close(self) -> None:
        """Commit what waits, then stop."""
        self.closed = True
        self._event.set()
        self._greenlet.join(timeout=15)
        self._session.close()


class ThreadFront(_Front):
    """Commits on a native thread: a slow disk then blocks no page."""

    def __init__(self) -> None:
        super().__init__()
        self._hub = gevent.get_hub()
        self._done: deque[Sequence[Request]] = deque()
        self._async = self._hub.loop.async_()
        self._async.start(self._deliver)
        self._ready = get_original("_thread", "allocate_lock")()
        self._ready.acquire()
        self._ended = get_original("_thread", "allocate_lock")()
        self._ended.acquire()
        self._session = writer.new_session(sleep=get_original("time", "sleep"))
        get_original("_thread", "start_new_thread")(self._work, ())

    def wake(self) -> None:
        """Something waits: let the thread go on, if it sleeps."""
        try:
            self._ready.release()
        except RuntimeError:
            pass  # it was awake already

    def _work(self) -> None:
        try:
            while True:
                self._ready.acquire()
                while self.waiting:
                    self._done.append(self.commit(self._session))
                    self._async.send()
                if self.closed:
                    return
                self._session.rest()
                if self.waiting:
                    self.wake()
        finally:
            self._ended.release()

    def _deliver(self) -> None:
        while self._done:
            _answer(self._done.popleft())

    def close(self) -> None:
        """Commit what waits, then stop."""
        self.closed = True
        self.wake()
        for _ in range(1500):
            if self._ended.acquire(False):
                break
            gevent.sleep(0.01)
        self._deliver()
        self._session.close()


def _failed(requests: Sequence[Request], error: BaseException) -> Sequence[Request]:
    for request in requests:
        request.error = error
    return requests
