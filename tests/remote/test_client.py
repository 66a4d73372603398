"""The one way to ask an outside service: deadline, size, retries, breaker, and no key in any word of it."""

import gzip
import json
import logging
import socket
import ssl
import threading
from collections import deque
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from webapp.remote.client import Failure, Service, retry_after

KEY = "secret-key-4711"
JSON = {"content-type": "application/json"}


class Scripted:
    """Answers one after the other as it was told to: (status, body, headers); the last one again and again."""

    def __init__(self):
        self.answers = deque()
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("content-length") or 0)
                sent = self.rfile.read(length)
                outer.asked.append((self.command, self.path, dict(self.headers), sent))
                status, body, headers = outer.answers[0] if len(outer.answers) == 1 else outer.answers.popleft()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def say(self, *answers):
        """From now on these."""
        self.answers = deque(answers)


@pytest.fixture
def there():
    scripted = Scripted()
    yield scripted
    scripted.server.shutdown()
    scripted.server.server_close()


@pytest.fixture
def trickling():
    """The address of a server that sends `piece` for ever, fifty times a second."""
    listener, over = socket.create_server(("127.0.0.1", 0)), threading.Event()
    said = {"first": b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", "piece": b" "}

    def serve():
        while not over.is_set():
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                try:
                    line.recv(65_536)
                    line.sendall(said["first"])
                    while not over.wait(0.02):
                        line.sendall(said["piece"])
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/", said
    over.set()
    listener.close()


class Times:
    """A clock that only the test moves, and the pauses that were asked for."""

    def __init__(self):
        self.now, self.pauses = 0.0, []

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


def service(times=None, **more):
    more = {"deadline_s": 10.0, "most_bytes": 10_000, **more}
    if times is not None:
        more |= {"now": lambda: times.now, "pause": times.pause, "chance": lambda: 0.5}
    return Service("The service", **more)


def failure_of(asking, *arguments, **more):
    with pytest.raises(Failure) as caught:
        asking.ask(*arguments, **more)
    return caught.value


# ---- Answers ----


def test_an_answer_is_its_json_with_the_status_and_the_headers(there):
    there.say((201, b'{"a": [1, 2.5]}', {**JSON, "X-Thing": "yes"}))

    answer = service().ask("POST", there.url, params={"q": "x y"}, headers={"authorization": KEY}, json={"b": 1})

    assert (answer.status, answer.data, answer.headers["x-thing"]) == (201, {"a": [1, 2.5]}, "yes")
    method, path, headers, sent = there.asked[0]
    assert (method, path, json.loads(sent)) == ("POST", "/?q=x+y", {"b": 1})
    assert headers["authorization"] == KEY


def test_what_is_no_number_is_nothing_rather_than_nan(there):
    there.say((200, b'{"a": NaN, "b": -Infinity, "c": 1e999, "d": 1e9}', JSON))

    assert service().ask("GET", there.url).data == {"a": None, "b": None, "c": None, "d": 1e9}


@pytest.mark.parametrize(
    "body", [b"<html>busy</html>", b"", b'{"a": 1', b"\xff\xfe", b"[" * 100_000, b"1" * 5000], ids=range(6)
)
def test_what_is_no_json_is_a_failure_of_that_name(there, body):
    there.say((200, body, {"content-type": "text/html"}))

    assert failure_of(service(most_bytes=200_000), "GET", there.url).kind == "not_json"


def test_a_redirect_is_not_followed(there):
    there.say((302, b"{}", {"location": there.url + "other"}))

    failure = failure_of(service(), "GET", there.url)

    assert (failure.kind, failure.status, len(there.asked)) == ("status", 302, 1)


def test_a_status_that_refuses_carries_what_the_service_said(there):
    there.say((401, b'{"error": {"code": "invalid_api_key"}}', {**JSON, "X-Request-Id": "r1"}))

    failure = failure_of(service(), "GET", there.url)

    assert (failure.kind, failure.status, failure.body["error"]["code"]) == ("status", 401, "invalid_api_key")
    assert failure.headers["x-request-id"] == "r1"
    assert len(there.asked) == 1


# ---- Limits ----


def test_more_bytes_than_are_read_are_refused(there):
    there.say((200, b'"' + b"x" * 20_000 + b'"', JSON))

    assert failure_of(service(), "GET", there.url).kind == "too_large"


def test_a_packed_answer_is_unpacked_up_to_the_limit_and_no_further(there):
    there.say((200, gzip.compress(b'{"a": 1}'), {**JSON, "content-encoding": "gzip"}))
    assert service().ask("GET", there.url).data == {"a": 1}

    there.say((200, gzip.compress(b" " * 50_000_000), {**JSON, "content-encoding": "gzip"}))
    assert failure_of(service(most_bytes=100_000), "GET", there.url).kind == "too_large"


def test_a_server_that_never_answers_is_given_up_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        assert failure_of(service(deadline_s=0.3), "GET", url).kind == "deadline"


def test_a_body_that_trickles_is_given_up_at_the_deadline(trickling):
    url, _ = trickling

    assert failure_of(service(deadline_s=0.3, most_bytes=1_000_000), "GET", url).kind == "deadline"


def test_headers_that_trickle_are_given_up_at_the_deadline(trickling):
    url, said = trickling
    said.update(first=b"HTTP/1.1 200 OK\r\n", piece=b"x-more: y\r\n")

    assert failure_of(service(deadline_s=0.3), "GET", url).kind == "deadline"


def test_nobody_at_the_address_is_a_failure_of_the_network():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    failure = failure_of(service(Times()), "GET", f"http://127.0.0.1:{port}/")

    assert failure.kind == "network"
    assert "refused" in failure.detail


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(_certificate(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            line, _ = listener.accept()
            with line, suppress(OSError):
                own.wrap_socket(line, server_side=True).close()

        threading.Thread(target=serve, daemon=True).start()
        failure = failure_of(service(tries=1), "GET", f"https://127.0.0.1:{listener.getsockname()[1]}/")

    assert failure.kind == "network"
    assert "self-signed" in failure.detail or "self signed" in failure.detail


def _certificate(folder):
    """A file with a certificate for 127.0.0.1 that its own key signed, and that key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime(2000, 1, 1)).not_valid_after(datetime(2100, 1, 1))
    signed = made.add_extension(here, critical=False).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / "own.pem"
    file.write_bytes(key.private_bytes(pem, plain, serialization.NoEncryption()) + signed.public_bytes(pem))
    return file


# ---- Retries ----


def test_what_may_go_well_a_moment_later_is_asked_again(there):
    times = Times()
    there.say((503, b"{}", JSON), (429, b"{}", {**JSON, "retry-after": "3"}), (200, b"[]", JSON))

    assert service(times).ask("GET", there.url).data == []

    assert times.pauses == [0.375, 3.0]


def test_the_last_failure_is_told_when_the_tries_are_spent(there):
    there.say((503, b'{"n": 1}', JSON))

    failure = failure_of(service(Times()), "GET", there.url)

    assert (failure.status, len(there.asked)) == (503, 3)


def test_a_wait_that_is_longer_than_the_deadline_is_not_waited(there):
    times = Times()
    there.say((429, b"{}", {**JSON, "retry-after": "3600"}))

    failure = failure_of(service(times), "GET", there.url)

    assert (failure.status, failure.retry_after_s, times.pauses) == (429, 3600.0, [])


def test_who_asks_says_what_is_worth_another_try_and_how_long_to_wait(there):
    times = Times()
    there.say((429, b'{"code": "slow"}', JSON), (429, b'{"code": "quota"}', JSON))

    def retry(failure):
        failure.retry_after_s = 2.5
        return failure.body["code"] == "slow"

    failure = failure_of(service(times), "GET", there.url, retry=retry)

    assert (failure.body["code"], times.pauses) == ("quota", [2.5])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0), ({"retry-after-ms": "250", "retry-after": "7"}, 0.25), ({}, None),
        ({"retry-after": "soon"}, None), ({"retry-after": "-5"}, None),
        ({"retry-after": "Sat, 21 Nov 2026 10:15:30 GMT", "date": "Sat, 21 Nov 2026 10:15:00 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 10:14:30 GMT", "date": "Sat, 21 Nov 2026 10:15:00 GMT"}, 0.0),
    ],
)  # fmt: skip
def test_how_long_to_wait_is_read_from_the_headers(headers, seconds):
    assert retry_after(headers) == seconds


# ---- The breaker ----


def test_after_five_failures_in_a_row_a_service_is_left_alone_for_half_a_minute(there):
    times = Times()
    asking = service(times, tries=1)
    there.say((500, b"{}", JSON))
    for _ in range(5):
        assert not asking.is_open()
        failure_of(asking, "GET", there.url)

    assert asking.is_open()
    assert failure_of(asking, "GET", there.url).kind == "open"
    assert len(there.asked) == 5

    times.now += 30
    there.say((200, b"[]", JSON))
    assert not asking.is_open()
    assert asking.ask("GET", there.url).data == []
    assert not asking.is_open()


def test_a_failed_trial_keeps_the_breaker_open_for_another_half_minute(there):
    times = Times()
    asking = service(times, tries=1)
    there.say((500, b"{}", JSON))
    for _ in range(5):
        failure_of(asking, "GET", there.url)
    times.now += 31

    assert failure_of(asking, "GET", there.url).kind == "status"

    assert asking.is_open()


def test_a_refusal_of_the_question_is_no_failure_of_the_service(there):
    asking = service(tries=1)
    there.say((400, b"{}", JSON))
    for _ in range(9):
        failure_of(asking, "GET", there.url)

    assert not asking.is_open()


# ---- Keys ----


def test_a_key_is_in_no_word_of_a_failure_and_in_no_log(there, caplog):
    caplog.set_level(logging.DEBUG)
    there.say((401, b"{}", JSON), (200, b"<html>", JSON), (200, b"[]", JSON))
    ask = {"params": {"appid": KEY}, "headers": {"authorization": f"Bearer {KEY}"}}

    words = [str(failure_of(service(), "GET", there.url, **ask)) for _ in range(2)]
    service().ask("GET", there.url, **ask)

    assert not [text for text in [*words, caplog.text] if KEY in text]


def test_the_control_the_library_would_have_logged_the_key(there, caplog):
    caplog.set_level(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.INFO)
    there.say((200, b"[]", JSON))
    try:
        service().ask("GET", there.url, params={"appid": KEY})
    finally:
        logging.getLogger("httpx").setLevel(logging.WARNING)

    assert KEY in caplog.text
