"""How a web worker's greenlets hand what they write to one group commit: in the loop, or on a native thread."""

from collections import deque
from collections.abc import Sequence
from typing import Any

import gevent
from gevent.event import Event
from gevent.hub import Waiter
from gevent.monkey import get_original

from webapp.db import writer
from webapp.db.group import Request
from webapp.errors import Unavailable

MOST_WAITING = 20_000
MOST_ITEMS = 2_000
SLOW_MS = 1.0


def start(mode: str) -> Any:
    """Start this worker's writer: `loop`, `thread`, or `auto` by twenty timed fdatasyncs."""
    if mode == "auto":
        mode = "loop" if writer.fsync_ms(writer.store.path().parent) < SLOW_MS else "thread"
    front = ThreadFront() if mode == "thread" else LoopFront()
    writer.use(front)
    return front


class _Front:
    def __init__(self) -> None:
        self.waiting: deque[Request] = deque()
        self.closed = False

    def submit(self, request: Request) -> None:
        """Wait, as a greenlet, until the request is committed or refused. Raises Unavailable when too many wait."""
        if self.closed or len(self.waiting) >= MOST_WAITING:
            raise Unavailable("Too many orders wait to be written. Send it again with the same key.", retry_after=1)
        waiter = request.waiter = Waiter()
        self.waiting.append(request)
        self.wake()
        try:
            waiter.get()
        finally:
            request.waiter = None

    def wake(self) -> None:
        raise NotImplementedError

    def gather(self) -> Sequence[Request]:
        """What waits now, up to a bound of items."""
        found: list[Request] = []
        items = 0
        while self.waiting and items < MOST_ITEMS:
            request = self.waiting.popleft()
            items += len(request.items)
            found.append(request)
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
        self._session = writer.Session(sleep=gevent.sleep)
        self._greenlet = gevent.spawn(self._work)

    def wake(self) -> None:
        """Something waits."""
        self._event.set()

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
            done = self._commit()
            loop.run_callback(_answer, done)
            gevent.sleep(0)

    def _commit(self) -> Sequence[Request]:
        try:
            return self._session.commit(self.gather)
        except Unavailable as error:
            return _failed(self.gather(), error)

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
        self._session = writer.Session(sleep=get_original("time", "sleep"))
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
                    try:
                        done = self._session.commit(self.gather)
                    except Unavailable as error:
                        done = _failed(self.gather(), error)
                    self._done.append(done)
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
