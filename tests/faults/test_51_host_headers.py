"""Fault 51: a Host header of somebody else is refused and never shown back."""

import http.client

import pytest

from tests.servers.takings import Server

FOREIGN = [
    "evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example@127.0.0.1",
    "127.0.0.1@evil.example", "127.0.0.1:80@evil.example", "localhost evil.example", "localhost/evil.example", "[::1",
    "[::1].evil.example", "0.0.0.0", "169.254.169.254", "2130706433", "localhost:99999999", "localhost:evil", "",
    "localhost, evil.example", "<script>alert(1)</script>", "xn--lcalhost-8fg",
]  # fmt: skip
OWN = ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "localhost", "[::1]:{port}", "localhost."]


def ask(server, host, path="/analytics"):
    """(status, everything that was said) under this Host header."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    said = f"{answer.msg}\n{answer.read().decode('utf-8', 'replace')}"
    connection.close()
    return answer.status, said


def test_a_foreign_host_is_refused_and_not_reflected(server, figures):
    for host in FOREIGN:
        status, said = ask(server, host)
        assert status == 400, host
        assert not host or len(host) < 4 or host not in said, host

    figures(51, refused=len(FOREIGN), reflected=0)


@pytest.mark.parametrize("host", OWN)
def test_the_own_names_are_answered(server, host):
    assert ask(server, host.format(port=server.port))[0] == 200


def test_the_control_a_build_that_answers_any_host_is_seen(tmp_path):
    server = Server(tmp_path, workers=1, broken="answer_any_host")
    server.start()
    try:
        answers = [ask(server, host)[0] for host in FOREIGN]
    finally:
        server.stop()

    assert 200 in answers
