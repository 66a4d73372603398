"""Heavy reads take turns: few at a time, some wait, and who would wait too long is told to come again."""

import gevent
import pytest
from gevent.event import Event
from gevent.lock import Semaphore

from webapp.db.turns import Turns
from webapp.errors import Unavailable


class Crowd:
    """Greenlets that each want a turn and keep it until they are let go."""

    def __init__(self, **bounds):
        self.turns = Turns(Semaphore, **bounds)
        self.go, self.at_once, self.most_at_once = Event(), 0, 0

    def ask(self, count):
        """So many ask; those that were refused by now are told by their errors."""
        asked = [gevent.spawn(self._work) for _ in range(count)]
        gevent.sleep(0)
        return asked

    def _work(self):
        try:
            with self.turns.turn():
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                self.go.wait()
                self.at_once -= 1
        except Unavailable as error:
            return error
        return "done"


def test_no_more_are_done_at_a_time_than_there_are_turns():
    crowd = Crowd(at_once=3, waiting=10)
    asked = crowd.ask(10)
    crowd.go.set()

    assert [one.get(timeout=5) for one in asked] == ["done"] * 10
    assert crowd.most_at_once == 3


def test_who_finds_the_queue_full_is_refused_at_once_and_the_others_are_done():
    crowd = Crowd(at_once=2, waiting=3)
    asked = crowd.ask(7)
    refused = [one.value for one in asked if one.ready()]
    crowd.go.set()

    assert [(one.status, one.as_json()["reason"], one.retry_after) for one in refused] == [(503, "crowded", 2)] * 2
    assert [one.get(timeout=5) for one in asked if one.value not in refused] == ["done"] * 5


def test_who_waits_too_long_is_refused_and_leaves_its_place():
    crowd = Crowd(at_once=1, waiting=1, wait_s=0.01)
    first, late = crowd.ask(2)

    assert isinstance(late.get(timeout=5), Unavailable)
    assert crowd.turns.waiting == 0
    crowd.go.set()
    assert first.get(timeout=5) == "done"


def test_a_turn_is_given_back_when_what_is_done_in_it_fails():
    turns = Turns(Semaphore, at_once=1, waiting=0)

    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn():
            raise ZeroDivisionError
