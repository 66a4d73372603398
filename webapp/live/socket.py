"""The addresses of the live channel: `/live` (WebSocket), `/events` (server-sent events) and each island's own.

flask-sock leads the handshake; then the connection is handed to the hub. What must be refused is refused before.
"""

import base64
import binascii
import hashlib
import os
import re
from typing import Any

import flask_sock
from flask import Blueprint, Flask, Response, request
from flask_sock import Sock
from simple_websocket import Server

from webapp import clock
from webapp.db import reading, store
from webapp.errors import Forbidden, Malformed, Unavailable, invalid_parameter
from webapp.live import hub, islands, lines, sse
from webapp.live.messages import Wanted
from webapp.live.origins import is_own
from webapp.web import answers, here
from webapp.web.answers import Answer, Finished
from webapp.web.openapi import Query, api

_LAST_EVENT = re.compile(r"(?:(?P<epoch>[^-\s]{1,64})-)?(?P<seq>\d{1,18})", re.ASCII)
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_AGREED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: %b\r\nX-Request-Id: %b\r\n\r\n"
)
_NO_HANDSHAKE = "This is no handshake of RFC 6455, version 13."
blueprint = Blueprint("live", __name__)
sock = Sock()


class _NoThread:
    """Stands for simple-websocket's reader: the hub reads. It keeps nothing, so that no cycle keeps the connection."""

    name = ""

    def __init__(self, target: object = None) -> None:
        pass

    def start(self) -> None:
        """Nothing is to be started."""


class _NoEvent:
    """Stands for simple-websocket's event: nobody waits for it."""

    def set(self) -> None:
        """Nobody waits."""


class _Server(Server):
    """simple-websocket's server, which agrees to a handshake by RFC 6455 itself (section 4.2.2), to no subprotocol.

    It was looked at before; two protocol libraries would take it apart and put it together again, which is half of its
    cost, and after a restart ten thousand screens come back at once.
    """

    def handshake(self) -> None:
        """Agree. Raises OSError of the line."""
        given: dict[str, Any] = self.environ
        digest = hashlib.sha1(given["HTTP_SEC_WEBSOCKET_KEY"].encode() + _GUID, usedforsecurity=False).digest()
        self.sock.sendall(_AGREED % (base64.b64encode(digest), given["takings.request_id"].encode()))
        self.connected = True


flask_sock.Server = _Server  # flask-sock has no other place to say which


class _HandedOver(Exception):
    """The connection is the hub's now. Raised past flask-sock, which would say goodbye and make a class for each socket."""


class _NoAnswer(Answer):
    """What is sent to a socket that was handed over: nothing, and gunicorn closes its own descriptor."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        raise StopIteration


_NO_ANSWER = _NoAnswer(b"", 200, [])


def register(app: Flask) -> None:
    """Add the addresses to the app; islands that are registered by now answer at theirs."""
    app.config["SOCK_SERVER_OPTIONS"] = {"thread_class": _NoThread, "event_class": _NoEvent}
    islands.known.install(app.jinja_env)
    app.register_error_handler(_HandedOver, lambda _: _NO_ANSWER)
    app.register_blueprint(blueprint)
    taken = {rule.rule for rule in app.url_map.iter_rules()}
    for path in islands.known.by_path:
        if path not in taken:
            app.add_url_rule(path, f"island {path}", show_island)


@blueprint.before_request
def _check_origin() -> None:
    environ = here.environ()
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and not is_own(origin, request.host, store.settings().public_url):
        raise Forbidden("The live channel is open to pages of this site only.")
    if request.endpoint == "live.live":
        _check_handshake(environ)
    if hub.current().stopping:
        raise Unavailable("The server is being stopped. Try again in a moment.", retry_after=1)
    if not hub.current().has_room():
        raise Unavailable("As many screens as can be served are open. Try again in a moment.", retry_after=5)


def _check_handshake(environ: dict[str, Any]) -> None:
    try:
        key = base64.b64decode(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 16 or environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13" or "HTTP_TRANSFER_ENCODING" in environ:
        raise Malformed(_NO_HANDSHAKE)
    if "gunicorn.socket" not in environ or not hub.driven():
        raise Unavailable("The live channel needs the server that `serve` starts.")
    # Frames are short and shared by all: none is compressed, so no extension is agreed on.
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)


@sock.route("/live", bp=blueprint)
@api(
    "GET", "/live", summary="The live channel as a WebSocket", tag="live", status=101,
    about="Send {subscribe, since, epoch}; JSON text frames come, several events at once as an array.",
    response={"application/json": {"type": "object"}}, errors=[400, 403, 503],
)  # fmt: skip
def live(connection: Server) -> None:
    """Hand the socket over. The server closes its own descriptor, ours lives on."""
    fd = os.dup(connection.sock.fileno())
    hub.current().adopt(fd, _sent_behind(here.environ()))
    hub.wake()
    raise _HandedOver


@blueprint.get("/live")
def refuse() -> Response:
    """Say that the channel is a socket to whoever asks without a handshake; OPTIONS is answered as everywhere."""
    raise Malformed(_NO_HANDSHAKE)


def _sent_behind(environ: dict[str, object]) -> bytes:
    # What the client has sent behind its handshake was read together with it.
    unreader: Any = environ.get("takings.unreader")
    return unreader.take_buffered() if unreader is not None else b""


@blueprint.get("/events")
@api(
    "GET", "/events", summary="The live channel as server-sent events", tag="live",
    query=[Query("topics", "orders, analytics, separated by commas"), Query("since", "A seq, or epoch-seq"), "epoch"],
    response={"text/event-stream": {"type": "string"}}, errors=[403, 422, 503],
)  # fmt: skip
def events() -> Response:
    """The topics as server-sent events, from `Last-Event-ID` or `since` on, else from now on."""
    wanted = _wanted()
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        lines.tune(connection.fileno())
        connection.settimeout(lines.UNREAD_S)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(sse.stream(hub.current(), wanted), mimetype="text/event-stream", headers=headers)


def _wanted() -> Wanted:
    for name in request.args:
        if name not in ("topics", "since", "epoch"):
            raise invalid_parameter(name, "unknown_field", "There is no such parameter.")
    names = [name for name in request.args.get("topics", "").split(",") if name]
    if not names:
        raise invalid_parameter("topics", "missing", "Say which topics, such as orders,analytics.")
    for name in names:
        if name not in hub.current().topics.names():
            raise invalid_parameter("topics", "unknown", f"There is no topic {name[:100]}.")
    since, epoch = _where()
    return Wanted(frozenset(names), (), since, epoch)


def _where() -> tuple[int | None, str | None]:
    last = request.headers.get("Last-Event-ID", "").strip()
    if last:
        found = _LAST_EVENT.fullmatch(last)
        # An id that is not ours is of a history that we do not know: start anew rather than leave a gap.
        return (int(found["seq"]), found["epoch"]) if found else (0, "")
    text = request.args.get("since", "")
    if not text:
        return None, None
    found = _LAST_EVENT.fullmatch(text)
    if found is None:
        raise invalid_parameter("since", "not_whole", "A change is named by its number.")
    return int(found["seq"]), request.args.get("epoch") or found["epoch"]


def show_island(**_: str) -> Response:
    """An island alone, as a page and a push show it."""
    address = request.path + ("?" + request.query_string.decode("latin-1") if request.query_string else "")
    with reading.reading() as tx:
        html = islands.known.render(address, tx, clock.now_ms())
    return answers.send(Finished(html.encode(), answers.HTML))
