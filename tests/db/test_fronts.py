"""Load is shed before memory or time runs out: bounded queues, and 503 for who would wait for a stalled disk."""

import resource
import time

import gevent
import pytest

from tests import making
from webapp.db import fronts, writer
from webapp.db.group import Request
from webapp.errors import Unavailable


@pytest.fixture
def front(shop):
    """The writer in the loop."""
    making.make_product()
    made = fronts.LoopFront()
    writer.use(made)
    yield made
    made.began = None
    made.waiting.clear()
    made.close()
    writer.use(None)


def waiting(items=1):
    """A request that waits."""
    return Request(lambda tx, items: list(items), (None,) * items)


def reason():
    """Why a sale is refused."""
    with pytest.raises(Unavailable) as refused:
        making.sell("TEA")
    return refused.value.extra["reason"]


def test_it_sells(front):
    assert making.sell("TEA") == 1


def test_more_requests_than_there_is_room_for_are_refused_at_once(front):
    front.waiting.extend(waiting() for _ in range(fronts.MOST_WAITING))

    assert reason() == "crowded"


def test_large_batches_wait_within_a_bound_of_items(front):
    front.waiting.append(waiting(fronts.MOST_ITEMS_WAITING - 5))

    with pytest.raises(Unavailable) as refused:
        making.place(*(making.draft("TEA") for _ in range(6)))
    assert refused.value.extra["reason"] == "crowded"


def test_one_batch_alone_is_always_taken(front):
    made = making.place(*(making.draft("TEA") for _ in range(50)))

    assert len(made) == 50


def test_while_the_disk_does_not_answer_new_sales_are_refused_at_once(front):
    front.began = time.monotonic() - fronts.STALLED_S - 1

    assert reason() == "stalled"


def test_who_has_waited_too_long_is_told_that_it_is_not_known(front):
    request = waiting()
    front.began = time.monotonic()
    front.wake = lambda: None  # nobody gathers: the disk does not answer
    done = gevent.spawn(front.submit, request)
    gevent.sleep(0)
    assert not done.ready()

    front.shed(front.began + fronts.LONGEST_WAIT_S + 1)
    done.join(5)

    assert done.ready()
    with pytest.raises(Unavailable, match="not known"):
        request.outcome()


def test_a_worker_that_starts_on_a_full_disk_sells_when_there_is_room_again(shop):
    making.make_product()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        made = fronts.start("auto")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert making.sell("TEA") == 1
    made.close()
    writer.use(None)
