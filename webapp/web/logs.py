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


def setup(style: str, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """From here on everything logged goes to `stream` (standard error) as "text" or "json"."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Json() if style == "json" else Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
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


# ---- One line a request ----


class Access:
    """Writes a line for each answer, without the logging package's machinery: it stands on the hot path."""

    write: Any = None
    json = False
    _quiet = frozenset({"/healthz", "/readyz"})

    @classmethod
    def use(cls, style: str, handler: "logging.StreamHandler[TextIO]") -> None:
        """Write through the stream of that handler."""
        cls.write, cls.json = handler.stream.write, style == "json"

    @classmethod
    def say(cls, environ: dict[str, Any], status: str, began: float, request_id: str) -> None:
        """The line of an answer: method, path without its query, status, milliseconds, id."""
        path = environ.get("PATH_INFO", "")
        code = status[:3]
        if path in cls._quiet and code == "200":
            return
        took = (time.perf_counter() - began) * 1000
        method = environ["REQUEST_METHOD"]
        if not path.isascii() or not path.isprintable() or '"' in path or "\\" in path:
            path = json.dumps(path)[1:-1]
        if cls.json:
            cls.write(
                f'{{"at":"{clock.format_time(time.time_ns() // 1_000_000)}","level":"info","logger":"takings.access",'
                f'"method":"{method}","path":"{path}","status":{code},"ms":{took:.2f},'
                f'"request_id":"{request_id}","pid":{os.getpid()}}}\n'
            )
        else:
            now = time.strftime("%H:%M:%S")
            cls.write(f"{now} {code} {method:6} {path} {took:.1f} ms [{request_id}]\n")
