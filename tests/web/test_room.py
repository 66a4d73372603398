"""Large bodies are read within a bound of bytes, and 503 is said before memory runs out."""

import pytest
from flask import Flask, request

from webapp.errors import Problem, Unavailable
from webapp.web import body, room


@pytest.fixture
def asked(monkeypatch):
    """A client of an app that reads bodies of 1 MiB, with room for 3; what was held meanwhile."""
    monkeypatch.setattr(room, "of_process", room.Room(3 << 20))
    app = Flask(__name__)
    app.held = []

    @app.post("/")
    def read():
        body.read_bytes(2 << 20)
        app.held.append(room.of_process.held)
        if "refuse" in request.args:
            raise Unavailable("no")
        if "fail" in request.args:
            raise ZeroDivisionError
        return "read"

    app.register_error_handler(Problem, lambda problem: (problem.as_json(), problem.status))
    app.register_error_handler(Exception, lambda error: ("", 500))
    return app


def test_what_does_not_fit_is_refused_until_others_have_been_answered(asked):
    room.of_process.take(5 << 19)

    refused = asked.test_client().post("/", data=bytes(1 << 20))
    room.of_process.give_back(5 << 19)
    read = asked.test_client().post("/", data=bytes(1 << 20))

    assert (refused.status_code, refused.json["reason"]) == (503, "crowded")
    assert read.status_code == 200


@pytest.mark.parametrize("how", ["", "?refuse=1", "?fail=1"])
def test_the_room_is_given_back_however_the_request_ends(asked, how):
    for _ in range(5):
        asked.test_client().post(f"/{how}", data=bytes(1 << 20))

    assert asked.held == [1 << 20] * 5
    assert room.of_process.held == 0


def test_one_body_alone_always_fits_and_small_ones_take_no_room(asked):
    monkeyed = room.Room(10)

    monkeyed.take(100)
    asked.test_client().post("/", data=bytes(room.SMALL))

    assert monkeyed.held == 100
    assert asked.held == [0]
