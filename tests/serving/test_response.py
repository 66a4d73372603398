"""What is sent is what gunicorn would send, the second time as the first."""

import socket
from types import SimpleNamespace

import pytest
from gunicorn.http import errors, wsgi

from webapp.serving.response import Response

JSON = [("Content-Type", "application/json"), ("X-Request-Id", "1-a"), ("Content-Length", "2")]
ANSWERS = {
    "short": ("200 OK", JSON, [b"{}"]),
    "in pieces": ("200 OK", JSON, [b"{", b"}"]),
    "too long": ("200 OK", JSON, [b"{}x"]),
    "chunks": ("200 OK", JSON[:2], [b"a", b"", b"bc"]),
    "empty": ("200 OK", [("Content-Length", "0")], [b""]),
    "no headers": ("200 OK", [], [b"a"]),
    "small letters": ("200 OK", [("content-length", "2")], [b"{}"]),
    "no content": ("204 NO CONTENT", [*JSON[:2], ("Content-Length", "0")], []),
    "not modified": ("304 NOT MODIFIED", JSON, []),
    "see": ("303 SEE OTHER", [("Location", "/orders/1"), ("Content-Length", "0")], [b""]),
    "latin": ("200 OK", [("X-Name", "\xe9t\xe9"), *JSON], [b"{}"]),
    "hops": ("200 OK", [("Connection", "close"), ("Keep-Alive", "1"), *JSON], [b"{}"]),
    "upgrade": ("200 OK", [("Upgrade", "h2c"), *JSON], [b"{}"]),
}
REFUSED = {
    "a line's end": ("200 OK", [("X-A", "b\r\nX-C: d")]),
    "half an end": ("200 OK", [("X-A", "b\nc")]),
    "a name": ("200 OK", [("X A", "b")]),
    "a length": ("200 OK", [("Content-Length", "x")]),
    "a status": ("OK", []),
}


def sent(kind, status, headers, pieces, method="GET", version=(1, 1), closes=False):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        asked = SimpleNamespace(method=method, version=version, should_close=lambda: closes)
        answer = kind(asked, ours, SimpleNamespace(sendfile=None, is_ssl=False))
        answer.start_response(status, list(headers))
        for piece in pieces:
            answer.write(piece)
        answer.close()
        closed = answer.should_close()
        ours.close()
        lines = theirs.recv(65_536).split(b"\r\n")
        return closed, [line for line in lines if not line.startswith(b"Date: ")]


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize(
    "asked",
    [{}, {"method": "HEAD"}, {"version": (1, 0)}, {"closes": True}],
    ids=["GET", "HEAD", "an old client", "the last"],
)
def test_an_answer_is_gunicorns(answer, asked):
    wanted = sent(wsgi.Response, *answer, **asked)

    assert [sent(Response, *answer, **asked) for _ in range(3)] == [wanted] * 3


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_what_gunicorn_refuses_to_send_is_refused_though_its_name_is_known(refused):
    sent(Response, "200 OK", [("X-A", "b"), *JSON], [b"{}"])

    for kind in (wsgi.Response, Response):
        with pytest.raises((errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, ValueError)):
            sent(kind, *refused, [])


def test_a_head_is_begun_once():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        answer = Response(SimpleNamespace(method="GET", version=(1, 1)), ours, SimpleNamespace())
        answer.start_response("200 OK", JSON)
        with pytest.raises(AssertionError):
            answer.start_response("200 OK", JSON)
