"""A hub over an open shop, with clocks that a test turns."""

import pytest

from tests.live import toy


@pytest.fixture
def turned():
    """The clock that the hub of this test reads."""
    return toy.Clock()


@pytest.fixture
def hub(shop, turned):
    """A hub over a new shop."""
    made = toy.make_hub(turned)
    yield made
    made.close()


@pytest.fixture
def client(hub):
    """client() connects one more watcher."""
    made = []

    def connect(*wanted, **more):
        one = toy.Client(hub, **more)
        made.append(one)
        for message in wanted:
            one.say(message)
            toy.run(hub, 1)
        return one

    yield connect
    for one in made:
        one.close()
