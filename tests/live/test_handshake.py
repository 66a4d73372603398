"""The handshake: it is agreed to as RFC 6455 says, whatever else is offered with it."""

import socket

import pytest

from tests.live.test_server import handshake as shake
from webapp.live.socket import _NoEvent, _NoThread, _Server

PLAIN = {
    "HTTP_UPGRADE": "websocket", "HTTP_CONNECTION": "keep-alive, Upgrade", "HTTP_HOST": "127.0.0.1:8000",
    "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==", "HTTP_SEC_WEBSOCKET_VERSION": "13", "takings.request_id": "till-7",
}  # fmt: skip
ANSWER = b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"  # RFC 6455, section 1.3


@pytest.mark.parametrize("more", [{}, {"HTTP_SEC_WEBSOCKET_PROTOCOL": "chat"}])
def test_the_key_is_answered_as_the_standard_says(more):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        made = _Server({**PLAIN, **more, "gunicorn.socket": theirs}, thread_class=_NoThread, event_class=_NoEvent)

        head = ours.recv(4096)
        assert made.connected and made.mode == "gunicorn"
        assert head.startswith(b"HTTP/1.1 101 ") and head.endswith(b"\r\n\r\n")
        assert ANSWER in head


def test_no_subprotocol_is_agreed_on(server):
    short, one = shake(server, X_Request_Id="screen-7")
    long, other = shake(server, X_Request_Id="screen-7", Sec_WebSocket_Protocol="none-that-is-spoken-here")

    assert short == long and short.startswith("HTTP/1.1 101 ")
    one.close()
    other.close()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Sec_WebSocket_Version": "8"}, "400"), ({"Sec_WebSocket_Key": "short"}, "400"),
        ({"Connection": "keep-alive"}, "400"), ({"Upgrade": "h2c"}, "400"), ({"Origin": "http://evil.example"}, "403"),
        ({"Origin": "null"}, "403"), ({"Transfer_Encoding": "chunked"}, "400"),
    ],
)  # fmt: skip
def test_what_is_no_handshake_of_ours_is_refused_in_words(server, changed, status):
    head, line = shake(server, **changed)

    assert head.split()[1] == status
    line.close()
