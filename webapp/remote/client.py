"""The one way to ask an outside service over HTTP: a deadline for the whole call, a size limit, retries and a breaker.

Nothing else imports httpx. Connections are not kept: a call opens its own, so that its deadline holds for it alone. No
redirects, no proxies of the environment, TLS always verified. What goes wrong is a Failure whose words hold no key.
"""

import json as jsons
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from webapp.remote import wire

# Failures in a row after which a service is left alone, and for how many seconds.
BREAKS_AFTER, BREAKS_FOR_S = 5, 30.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 8.0
RETRYABLE = frozenset({408, 425, 429, 500, 502, 503, 504, 529})

# httpx writes each address into its log, and some services want their key in it.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


_asking: set[int] = set()


def is_asking(thread: int | None) -> bool:
    """Whether the thread of this number waits for an outside service now, so that nothing of it is half done here."""
    return thread in _asking


class Answer(NamedTuple):
    """An answer with a status of 2xx. data: its JSON, NaN and infinities in it as None. headers: names in lower case."""

    status: int
    headers: dict[str, str]
    data: Any
    took_ms: int


class Failure(Exception):
    """There is no usable answer. detail never holds a key; body is what the service sent and may hold anything.

    kind: `network`, `deadline`, `too_large`, `status` (not 2xx), `not_json`, or `open` (not asked: it failed too often).
    """

    def __init__(
        self, kind: str, detail: str, status: int | None = None, body: Any = None,
        headers: Mapping[str, str] | None = None, retry_after_s: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.status = status
        self.body = body
        self.headers = dict(headers or {})
        self.retry_after_s = retry_after_s


Retry = Callable[[Failure], bool]


def is_retryable(failure: Failure) -> bool:
    """Whether the same call may go well a moment later: the line broke, or the status says so."""
    return failure.kind == "network" or (failure.kind == "status" and failure.status in RETRYABLE)


@dataclass
class _Breaker:
    failures: int = 0
    until: float = 0.0
    trying: bool = False


class Service:
    """One outside service. deadline_s: of a call with all its tries. most_bytes: of an answer, unpacked.

    now, pause, chance: monotonic seconds, sleep and a number in [0, 1), so that a test needs no time.
    """

    def __init__(
        self, name: str, *, deadline_s: float, most_bytes: int, tries: int = 3, breaks_after: int = BREAKS_AFTER,
        breaks_for_s: float = BREAKS_FOR_S, now: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep, chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self.name = name
        self.deadline_s = deadline_s
        self.most_bytes = most_bytes
        self.tries = tries
        self._breaks_after, self._breaks_for_s = breaks_after, breaks_for_s
        self._now, self._pause, self._chance = now, pause, chance
        self._breaker = _Breaker()
        self._lock = threading.Lock()

    def ask(
        self, method: str, url: str, *, params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None, json: Any = None, retry: Retry | None = None,
    ) -> Answer:  # fmt: skip
        """The answer to one question, asked again as long as the deadline, `tries` and `retry` allow.

        retry: whether a failure is worth another try (`is_retryable` when left out); it may set `retry_after_s` where the
        service says in its body how long to wait. Raises Failure, the last one; kind `open` while the breaker is open.
        """
        self._enter()
        failure: Failure | None = Failure("network", f"{self.name} was not asked.")
        _asking.add(threading.get_ident())
        try:
            answer = self._ask(wire.Request(method, url, params, headers, json), retry or is_retryable)
            failure = None
            return answer
        except Failure as problem:
            failure = problem
            raise
        finally:
            _asking.discard(threading.get_ident())
            self._leave(failure)

    def is_open(self) -> bool:
        """Whether a call would be refused now, because the last ones failed."""
        with self._lock:
            return self._refuses()

    # ---- Tries ----

    def _ask(self, request: wire.Request, retry: Retry) -> Answer:
        began = self._now()
        ends = began + self.deadline_s
        for number in range(1, self.tries + 1):
            try:
                return self._try(request, began, ends)
            except Failure as failure:
                if number == self.tries or not retry(failure):
                    raise
                pause_s = self._pause_after(failure, number)
                if self._now() + pause_s >= ends:
                    raise
            self._pause(pause_s)
        raise AssertionError("a service is asked at least once")

    def _pause_after(self, failure: Failure, number: int) -> float:
        # Between half and the whole of a pause that doubles, so that many who failed together do not come back together.
        longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (number - 1))
        return max(longest * (0.5 + self._chance() / 2), failure.retry_after_s or 0.0)

    def _try(self, request: wire.Request, began: float, ends: float) -> Answer:
        left_s = ends - self._now()
        try:
            got = wire.exchange(request, left_s, self.most_bytes)
        except wire.Overdue:
            raise Failure("deadline", f"{self.name} did not answer within {self.deadline_s:g} seconds.") from None
        except wire.Oversized as problem:
            detail = f"{self.name} answered with more than {self.most_bytes} bytes."
            raise Failure("too_large", detail, problem.status) from None
        except wire.Broken as problem:
            raise Failure("network", f"{self.name} cannot be reached: {problem}.") from None
        return self._read(got, began)

    def _read(self, got: wire.Got, began: float) -> Answer:
        data, is_json = _parse(got.content)
        if not 200 <= got.status < 300:
            detail = f"{self.name} answered with status {got.status}."
            raise Failure("status", detail, got.status, data, got.headers, retry_after(got.headers))
        if not is_json:
            raise Failure(
                "not_json", f"{self.name} answered with something that is no JSON.", got.status, None, got.headers
            )
        return Answer(got.status, got.headers, data, round((self._now() - began) * 1000))

    # ---- Breaker ----

    def _refuses(self) -> bool:
        breaker = self._breaker
        return breaker.failures >= self._breaks_after and (breaker.trying or self._now() < breaker.until)

    def _enter(self) -> None:
        with self._lock:
            if self._refuses():
                raise Failure("open", f"{self.name} failed too often and is left alone for a moment.")
            # After the pause one call goes through; the others wait for how it ends.
            self._breaker.trying = self._breaker.failures >= self._breaks_after

    def _leave(self, failure: Failure | None) -> None:
        with self._lock:
            breaker = self._breaker
            breaker.trying = False
            if failure is None or not _is_its_fault(failure):
                breaker.failures = 0
                return
            breaker.failures += 1
            breaker.until = self._now() + self._breaks_for_s


def _is_its_fault(failure: Failure) -> bool:
    # A wrong key or a wrong question says that the service is well.
    return failure.kind != "status" or failure.status in RETRYABLE or (failure.status or 0) >= 500


# ---- Reading ----


def _parse(content: bytes) -> tuple[Any, bool]:
    try:
        return jsons.loads(content.decode("utf-8-sig"), parse_constant=_nothing, parse_float=_finite), True
    except (ValueError, RecursionError):
        return None, False


def _nothing(_name: str) -> None:
    return None


def _finite(text: str) -> float | None:
    number = float(text)
    return None if number in (float("inf"), float("-inf")) else number


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait: `retry-after-ms`, else `retry-after` in seconds or as a date (RFC 9110)."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = headers.get(name, "").strip()
        if text.replace(".", "", 1).isdigit() and len(text) < 12:
            return float(text) * unit
    when, sent = _moment(headers.get("retry-after")), _moment(headers.get("date"))
    return None if when is None else max(0.0, when - (time.time() if sent is None else sent))


def _moment(text: str | None) -> float | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
