import io
import json
import logging
from types import SimpleNamespace

import pytest

from webapp.web import logs


@pytest.fixture
def written(monkeypatch):
    """A function that sets the logs up in a style and gives what is written; all is put back afterwards."""
    root, access = logging.getLogger(), logs.Access
    kept = root.handlers[:], root.level, access.handler, access.json

    # An app of the sample shop that was made before in this process left it so.
    monkeypatch.setattr(access, "refusals_alone", False)

    def use(style):
        stream = io.StringIO()
        logs.setup(style, stream)
        return stream

    yield use
    root.handlers[:], root.level, access.handler, access.json = kept


def test_a_json_log_has_one_object_a_line(written, client):
    stream = written("json")

    client.get("/broken", headers={"X-Request-Id": "abc"})

    failed, access = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert failed["request_id"] == access["request_id"] == "abc" and "RuntimeError" in failed["trace"]
    assert (access["method"], access["path"], access["status"]) == ("GET", "/broken", 500)
    assert access["ms"] >= 0 and access["at"].endswith("Z")


@pytest.mark.parametrize("style", ["json", "text"])
def test_nobody_can_write_a_line_of_their_own(written, client, style):
    stream = written(style)

    client.get("/a%0d%0aforged%22,%22x%22:1%E2%80%A8?token=secret", headers={"X-Request-Id": "x\x0by"})
    logging.getLogger("takings.x").warning("said %s", "a\nforged \x1b[31m")

    lines = stream.getvalue().splitlines()
    assert len(lines) == 2 and "secret" not in stream.getvalue()
    if style == "json":
        assert "forged" in json.loads(lines[0])["path"]


def test_secrets_are_not_written(written):
    stream = written("json")

    logging.getLogger("takings.x").info(
        "asking https://u:hunter2@x.example/?appid=abc123&q=1", extra={"api_key": "k", "password": "p", "count": 3}
    )

    said = json.loads(stream.getvalue())
    assert "hunter2" not in said["message"] and "abc123" not in said["message"] and "q=1" in said["message"]
    assert (said["api_key"], said["password"], said["count"]) == (logs.HIDDEN, logs.HIDDEN, 3)


def test_the_text_log_is_for_people(written, client):
    stream = written("text")

    client.get("/things", headers={"X-Request-Id": "abc"})
    logs.bind("job-7")
    logging.getLogger("takings.jobs").info("done")
    logs.bind("")

    access, job = stream.getvalue().splitlines()
    assert " 200 GET    /things " in access and access.endswith("[abc]")
    assert job.endswith("info    done [job-7]")


def test_a_quiet_look_at_health_is_not_written(written, client):
    stream = written("text")

    client.get("/healthz")

    assert " 404 " in stream.getvalue()
    logs.Access.say({"PATH_INFO": "/healthz", "REQUEST_METHOD": "GET"}, "200 OK", 0.0, "x")
    assert len(stream.getvalue().splitlines()) == 1


def test_a_log_that_nobody_reads_stops_no_answer(written, client):
    written("json").close()

    assert client.get("/things").status_code == 200


def test_the_log_of_the_tests_goes_on_beside_it(written, caplog):
    written("text")

    logging.getLogger("takings.x").warning("heard")

    assert "heard" in caplog.text


def test_gunicorn_speaks_in_the_same_log(written):
    stream = written("json")
    logger = logs.GunicornLogger(SimpleNamespace(loglevel="warning"))

    logger.info("Booting worker")
    logger.error("Worker %s died", 7)
    logger.access(1, 2, 3, 4)

    [line] = stream.getvalue().splitlines()
    assert json.loads(line)["message"] == "Worker 7 died"
