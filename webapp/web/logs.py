"""Logs with request ids, as text or as one JSON object a line; no line breaks from outside, no secrets."""

import contextvars
import json
import logging
import os
import re
import sys
import time
from typing import Any, TextIO

from flask import has_request_context, request

from webapp import clock

_KNOWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "request_id", "taskName"}
_SECRET = re.compile(r"authorization|cookie|passw|secret|token|api_?key|idempotency", re.IGNORECASE)
_IN_URL = re.compile(r"(://[^:/@\s]*):[^/@\s]*@")
_SAID = re.compile(r"(?i)\b((?:api[_-]?key|appid|token|password|secret)=)[^&\s]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
HIDDEN = "********"
_bound: contextvars.ContextVar[str] = contextvars.ContextVar("takings_log_id", default="")


class _Stream(logging.StreamHandler[Any]):
    """Writes to a stream, or to whatever standard error is at that moment."""

    def __init__(self, stream: TextIO | None) -> None:
        logging.Handler.__init__(self)
        self.given = stream

    @property
    def stream(self) -> Any:  # type: ignore[override]
        """Where it goes now."""
        return self.given or sys.stderr


def setup(style: str, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """From here on everything logged goes to `stream` (standard error) as "text" or "json"; call it again to change."""
    handler = _Stream(stream)
    handler.setFormatter(Json() if style == "json" else Text())
    root = logging.getLogger()
    root.handlers[:] = [*(other for other in root.handlers if not isinstance(other, _Stream)), handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    Access.use(style, handler)


def bind(name: str) -> None:
    """What is logged from here on in this greenlet or thread bears this id, as "job-7"; requests bear their own."""
    _bound.set(name)


def _id() -> str:
    if has_request_context():
        return str(request.environ.get("takings.request_id", ""))
    return _bound.get()


def clean(text: str) -> str:
    """The text without passwords in addresses and keys in queries."""
    return _SAID.sub(rf"\1{HIDDEN}", _IN_URL.sub(rf"\1:{HIDDEN}@", text))


def _more(record: logging.LogRecord) -> dict[str, Any]:
    return {
        name: HIDDEN if _SECRET.search(name) else value
        for name, value in record.__dict__.items()
        if name not in _KNOWN
    }  # fmt: skip


class Json(logging.Formatter):
    """One JSON object a line: at, level, logger, message, request_id, pid, what was given as `extra`, and the trace."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        said: dict[str, Any] = {
            "at": clock.format_time(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        if request_id := _id():
            said["request_id"] = request_id
        said["pid"] = record.process
        said.update(_more(record))
        if record.exc_info:
            said["trace"] = clean(self.formatException(record.exc_info))
        return json.dumps(said, default=str)


class Text(logging.Formatter):
    """A line for people: time, level, message, id; a trace follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        more = "".join(f" {name}={value}" for name, value in _more(record).items())
        said = _CONTROL.sub(" ", clean(record.getMessage()) + more)
        tail = f" [{request_id}]" if (request_id := _id()) else ""
        when = time.strftime("%H:%M:%S", time.localtime(record.created))
        line = f"{when} {record.levelname.lower():7} {said}{tail}"
        if record.exc_info:
            line += "\n" + clean(self.formatException(record.exc_info))
        return line


class GunicornLogger:
    """What gunicorn says, in the same logs; its own access log is not used.

    A logger class of gunicorn by its methods alone, so that nobody else imports gunicorn.
    """

    def __init__(self, cfg: Any) -> None:
        self.cfg = cfg
        self._log = logging.getLogger("takings.gunicorn")
        self._log.setLevel(str(cfg.loglevel).upper())
        for name in ("critical", "error", "warning", "info", "debug", "exception", "log"):
            setattr(self, name, getattr(self._log, name))

    def setup(self, cfg: Any) -> None:
        """Settings were read again."""
        self._log.setLevel(str(cfg.loglevel).upper())

    def access(self, *told: Any) -> None:
        """The gate writes a line for each answer."""

    def reopen_files(self) -> None:
        """There are no files."""

    def close_on_exec(self) -> None:
        """There are no files."""


# ---- One line a request ----


class Access:
    """Writes a line for each answer, without the logging package's machinery: it stands on the hot path.

    gathers: somebody calls `flush` several times a second, so that many lines are one write.
    refusals_alone: what went well is not told, as in the sample shop, whose own client asks all the time.
    """

    MOST_WAITING = 1_000
    gathers = False
    refusals_alone = False
    _waiting: list[str] = []

    handler: _Stream | None = None
    json = False
    _quiet = frozenset({"/healthz", "/readyz"})
    _second = (0, "", "")

    @classmethod
    def use(cls, style: str, handler: _Stream | None) -> None:
        """Write to the stream of that handler; None: nowhere."""
        cls.handler, cls.json = handler, style == "json"

    @classmethod
    def say(cls, environ: dict[str, Any], status: str, began: float, request_id: str) -> None:
        """The line of an answer: method, path without its query, status, milliseconds, id."""
        path, code = environ.get("PATH_INFO", ""), status[:3]
        if cls.handler is None or (code < "400" and (cls.refusals_alone or path in cls._quiet)):
            return
        took = (time.perf_counter() - began) * 1000
        method = environ["REQUEST_METHOD"]
        if not method.isalpha() or not method.isascii():
            method = "?"
        if not path.isascii() or not path.isprintable() or '"' in path or "\\" in path:
            path = json.dumps(path)[1:-1]
        at, clock_time = cls._now()
        if cls.json:
            line = (
                f'{{"at":"{at}","level":"info","logger":"takings.access","request_id":"{request_id}",'
                f'"pid":{os.getpid()},"method":"{method}","path":"{path}","status":{code},"ms":{took:.2f}}}\n'
            )
        else:
            line = f"{clock_time} {code} {method:6} {path} {took:.1f} ms [{request_id}]\n"
        cls._waiting.append(line)
        if not cls.gathers or len(cls._waiting) >= cls.MOST_WAITING:
            cls.flush()

    @classmethod
    def flush(cls) -> None:
        """Write the lines that wait, at once."""
        lines = "".join(cls._waiting)
        cls._waiting.clear()
        try:
            if lines and cls.handler is not None:
                cls.handler.stream.write(lines)
                cls.handler.stream.flush()
        except (OSError, ValueError):  # nobody reads the log any more; the shop goes on
            pass

    @classmethod
    def _now(cls) -> tuple[str, str]:
        second, millis = divmod(time.time_ns() // 1_000_000, 1000)
        if second != cls._second[0]:
            stamp = clock.format_time(second * 1000)[:20]
            cls._second = (second, stamp, time.strftime("%H:%M:%S", time.localtime(second)))
        return f"{cls._second[1]}{millis:03d}Z", cls._second[2]
