"""The short way of the handshake: what it answers, and what it leaves to the long way, which agrees or refuses in words."""

import socket

import pytest

from tests.live.test_server import handshake as shake
from webapp.live import handshake, hub

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455's own, and its answer below
PLAIN = {
    "HTTP_UPGRADE": "websocket", "HTTP_CONNECTION": "keep-alive, Upgrade", "HTTP_SEC_WEBSOCKET_KEY": KEY,
    "HTTP_SEC_WEBSOCKET_VERSION": "13", "HTTP_HOST": "127.0.0.1:8000", "SERVER_PROTOCOL": "HTTP/1.1", "QUERY_STRING": "",
}  # fmt: skip


@pytest.fixture
def line(shop, monkeypatch):
    """Both ends of a connection to a process whose hub is driven."""
    monkeypatch.setattr(hub, "driven", lambda: True)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    yield ours, theirs
    ours.close()
    theirs.close()
    while hub.current().arrivals:
        socket.socket(fileno=hub.current().arrivals.popleft()[0]).close()
    hub.forget()


def test_a_plain_handshake_is_answered_and_the_hub_has_the_connection(line):
    ours, theirs = line

    assert handshake.shake_hands({**PLAIN, "gunicorn.socket": theirs})

    head = ours.recv(4096)
    assert head.startswith(b"HTTP/1.1 101 ") and head.endswith(b"\r\n\r\n")
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in head
    ((fd, behind),) = hub.current().arrivals
    assert fd != theirs.fileno() and behind == b""


@pytest.mark.parametrize(
    "changed",
    [
        {"HTTP_SEC_WEBSOCKET_VERSION": "8"}, {"HTTP_SEC_WEBSOCKET_KEY": "short"}, {"HTTP_SEC_WEBSOCKET_KEY": KEY + "\n"},
        {"HTTP_UPGRADE": "h2c"}, {"HTTP_CONNECTION": "keep-alive"}, {"HTTP_CONNECTION": "no-upgrade"},
        {"HTTP_SEC_WEBSOCKET_PROTOCOL": "chat"}, {"QUERY_STRING": "since=4"}, {"SERVER_PROTOCOL": "HTTP/1.0"},
        {"CONTENT_LENGTH": "5"}, {"HTTP_TRANSFER_ENCODING": "chunked"}, {"HTTP_HOST": ""},
        {"HTTP_ORIGIN": "http://evil.example"}, {"HTTP_ORIGIN": "null"},
    ],
)  # fmt: skip
def test_what_is_not_plain_goes_the_long_way_untouched(line, changed):
    ours, theirs = line

    assert not handshake.shake_hands({**PLAIN, "gunicorn.socket": theirs, **changed})

    with pytest.raises(BlockingIOError):
        ours.recv(4096)
    assert not hub.current().arrivals


def test_where_there_is_no_room_the_long_way_refuses(line, monkeypatch):
    monkeypatch.setattr(hub.current(), "limit", 0)

    assert not handshake.shake_hands({**PLAIN, "gunicorn.socket": line[1]})


def test_both_ways_answer_alike(server):
    short, one = shake(server)
    long, other = shake(server, Sec_WebSocket_Protocol="none-that-is-spoken-here")

    assert short.startswith("HTTP/1.1 101 ")
    assert sorted(line.lower() for line in short.split("\r\n")[1:]) == sorted(
        line.lower() for line in long.split("\r\n")[1:]
    )
    one.close()
    other.close()
