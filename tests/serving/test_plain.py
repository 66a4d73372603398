"""Two readers of requests: whatever the quick one reads, gunicorn reads, and in the same words."""

import random
import socket

import pytest
from gunicorn.config import Config
from gunicorn.http import parser, wsgi
from gunicorn.http.errors import ParseException

from webapp.serving import plain
from webapp.serving.plain import Asked, Plain, Requests

PEER, SERVER = ("127.0.0.1", 40_001), ("127.0.0.1", 8000)
ORDER = (
    b"POST /orders?x=1 HTTP/1.1\r\nHost: localhost:8000\r\nContent-Type: application/json\r\nIdempotency-Key: a-1\r\n"
    b'Content-Length: 34\r\n\r\n{"product_id": "TEA", "quantity":1'
)
PAGE = (
    b"GET /products/A%20b%C3%BC;c?q=%41&&b HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\nAccept:  text/html, */*;q=0.8 \r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept-Encoding: gzip, br\r\nX-Empty:\r\nUpgrade-Insecure-Requests: 1\r\n"
    b"Sec-Fetch-Site: none\r\nCookie: a=b; c=d\r\n\r\n"
)
LAST = b"HEAD / HTTP/1.1\r\nhost: localhost\r\nconnection: CLOSE\r\n\r\n"
SOCKET = (
    b"GET /live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n\x81\x80abcd"
)
PLAIN = {
    "order": ORDER, "page": PAGE, "last": LAST, "socket": SOCKET, "two": LAST.replace(b"CLOSE", b"x") + ORDER,
    "one behind the last": LAST + ORDER,
}  # fmt: skip
OTHERS = {
    "old": b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n",
    "chunks": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "expects": b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n",
    "two lengths": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "repeated": b"GET / HTTP/1.1\r\nHost: a\r\nAccept: a\r\nAccept: b\r\n\r\n",
    "no length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
    "an underscore": b"GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: 1.2.3.4\r\n\r\n",
    "folded": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "a space": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "a bare line feed": b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
    "a bare return": b"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
    "a tab": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\tb\r\n\r\n",
    "a zero": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    "latin": b"GET / HTTP/1.1\r\nHost: a\r\nX: \xe9\r\n\r\n",
    "a full address": b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "two slashes": b"GET //a/b HTTP/1.1\r\nHost: a\r\n\r\n",
    "a fragment": b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tunnel": b"CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n",
    "small letters": b"get / HTTP/1.1\r\nHost: a\r\n\r\n",
    "three words": b"GET / a HTTP/1.1\r\nHost: a\r\n\r\n",
    "nothing": b"\r\n\r\n",
    "an empty line first": b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "no name": b"GET / HTTP/1.1\r\n: a\r\n\r\n",
    "no colon": b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    "a long head": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 8200 + b"\r\n\r\n",
    "many lines": b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(99)) + b"Host: a\r\n\r\n",
}


def config():
    """gunicorn's settings as this repository has them, as far as they say what is read."""
    made = Config()
    for name, value in {"limit_request_field_size": 16380, "forwarded_allow_ips": ""}.items():
        made.set(name, value)
    return made


CFG = config()


class Theirs(parser.RequestParser):
    """gunicorn's reader, but for whom it believes."""

    mesg_class = Asked

    def __init__(self, cfg, client, peer, _):
        super().__init__(cfg, client, peer)


def read(kind, sent):
    """What a reader makes of bytes, and what it leaves unread: environments with bodies, or what was refused."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        requests, found = kind(CFG, ours, PEER, SERVER), []
        while len(found) < 5:
            try:
                request = next(requests)
                if type(request) is Plain:
                    environ = request.environ
                else:
                    _, environ = wsgi.create(request, ours, PEER, SERVER, CFG)
                    environ |= {"wsgi.multithread": True, "takings.unreader": requests.unreader}
                body = environ.pop("wsgi.input").read()
            except StopIteration:
                return [*found, "end"]
            except (ParseException, OSError) as refusal:
                return [*found, repr(refusal)]
            for own in ("wsgi.errors", "wsgi.early_hints", "gunicorn.socket", "takings.unreader", "wsgi.file_wrapper"):
                environ.pop(own, None)
            found.append((environ, body, request.should_close(), request.method, request.uri, request.version))
        return found


def is_plain(sent):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        return Requests(CFG, ours, PEER, SERVER)._plain(sent) is not None


@pytest.mark.parametrize("sent", PLAIN.values(), ids=PLAIN)
def test_a_plain_request_is_read_at_once_and_as_gunicorn_reads_it(sent):
    assert is_plain(sent)
    assert read(Requests, sent) == read(Theirs, sent)


@pytest.mark.parametrize("sent", OTHERS.values(), ids=OTHERS)
def test_what_is_not_plain_is_left_to_gunicorn(sent):
    assert not is_plain(sent)
    assert read(Requests, sent) == read(Theirs, sent)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_changed_in_a_request_both_read_the_same(seed):
    chance, plainly = random.Random(seed), 0
    pieces = [
        b"\r",
        b"\n",
        b"\r\n",
        b"\r\n\r\n",
        b" ",
        b"\t",
        b":",
        b"\0",
        b"\x7f",
        b"\x80",
        b"%",
        b"#",
        b"//",
        b"_",
        b"-",
        b"0",
        b"9",
        b"?",
    ]
    whole = [*PLAIN.values()] * 8 + [*OTHERS.values()]
    for _ in range(1500):
        sent = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(sent) + 1)
            sent[at : at + chance.randint(0, 3)] = chance.choice(pieces)
        assert read(Requests, bytes(sent)) == read(Theirs, bytes(sent)), bytes(sent)
        plainly += is_plain(bytes(sent))
    assert plainly > 200


def test_a_body_that_comes_late_is_waited_for_and_what_is_left_of_it_is_no_request():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        requests = Requests(CFG, ours, PEER, SERVER)
        theirs.sendall(ORDER[:-10])
        request = next(requests)
        assert type(request) is Plain
        assert not request.is_whole
        theirs.sendall(ORDER[-10:] + PAGE)
        assert next(requests).environ["REQUEST_METHOD"] == "GET"


def test_what_a_process_remembers_of_requests_has_an_end(monkeypatch):
    for known in (plain._targets, plain._keys):
        monkeypatch.setattr(plain, "MOST_KNOWN", len(known) + 2)
        for number in range(5):
            assert is_plain(b"GET /%d HTTP/1.1\r\nHost: a\r\nX-New-%d: 1\r\n\r\n" % (number, number))
        assert len(known) <= plain.MOST_KNOWN


def test_one_who_came_by_a_file_is_read_by_gunicorn():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(PAGE)
        assert type(next(Requests(CFG, ours, "", "/run/takings.sock"))) is Asked
