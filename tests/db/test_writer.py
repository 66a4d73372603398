"""The writer: one transaction for a group, a result for each item, and nothing of what was refused."""

import contextlib
import itertools
import threading

import pytest

from tests import making
from webapp.db import reading, store, tx, writer
from webapp.db.group import Request
from webapp.errors import Conflict, Invalid, Problem
from webapp.live import outbox
from webapp.orders import actions as orders
from webapp.orders.shapes import ReturnDraft, ReturnLineDraft
from webapp.products import actions as products
from webapp.products.shapes import NewProduct
from webapp.shop import actions as shops
from webapp.shop.shapes import NewChannel


def count_up(tx, items):
    """A verb for tests: takes a number for each item, refuses "no", fails on "bug"."""
    results = []
    for item in items:
        if item == "bug":
            raise ZeroDivisionError(item)
        results.append(Conflict("no") if item == "no" else {"seq": outbox.append(tx, "test", "counted", 1)})
    return results


count_up.merging = True


def key(name="k1", content=b"same", asker="ana"):
    """A key of one who asks."""
    return writer.Key(asker, name, "POST /test", content)


def commit(*requests):
    """Run requests as one group."""
    session = writer.new_session()
    session.commit(lambda: list(requests))
    session.close()
    return requests


def test_each_item_has_its_own_result_and_a_refusal_burns_no_number(shop):
    results = writer.do_many(count_up, ["a", "no", "b"])

    assert [result if isinstance(result, dict) else type(result) for result in results] == [
        {"seq": 1},
        Conflict,
        {"seq": 2},
    ]
    assert reading.position() == 2


def test_one_refused_item_is_raised_where_one_was_asked(shop):
    with pytest.raises(Conflict):
        writer.do(count_up, "no")


def test_an_atomic_batch_with_a_refusal_writes_nothing(shop):
    results = writer.do_many(count_up, ["a", "no", "b"], atomic=True)

    assert isinstance(results[1], Conflict)
    assert reading.position() == 0
    assert making.value("select count(*) from outbox") == 0


def write_down(tx, items):
    """A verb for tests that writes at once: a row for each item, and then it fails on "bug"."""
    for item in items:
        tx.execute("insert into counter (name, value) values (?, 1)", (item,))
    if "bug" in items:
        raise ZeroDivisionError("bug")
    return [{} for _ in items]


def written_with_a_bug_at(place):
    """What is there after a group of two requests, and one that fails at this place."""
    names = ["one", "two"]
    names.insert(place, "bug")
    commit(*(Request(write_down, (name,)) for name in names))
    return {name for (name,) in making.query("select name from counter where name in ('one', 'two', 'bug')")}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_a_verb_wrote_before_it_failed_is_undone_wherever_it_stood(shop, place):
    assert written_with_a_bug_at(place) == {"one", "two"}


@pytest.mark.parametrize("place", [0, 2])
def test_the_control_without_savepoints_it_would_stand(shop, place, monkeypatch):
    monkeypatch.setattr(tx.Tx, "savepoint", lambda self: contextlib.nullcontext())

    assert written_with_a_bug_at(place) == {"one", "two", "bug"}


@pytest.mark.sqlite("a server begins no transaction anew")
def test_nothing_is_set_aside_for_the_first_of_a_group(shop):
    said = []

    def told(tx, items):
        if not said:
            tx.connection.set_trace_callback(said.append)
        return count_up(tx, items)

    commit(Request(told, ("a",)), Request(count_up, ("b",)))

    assert said and not [text for text in said if text.startswith(("savepoint", "release"))]


def test_a_verb_that_fails_takes_nobody_of_its_group_along(shop):
    good, bad, other = commit(*(Request(count_up, (item,)) for item in ("a", "bug", "b")))

    assert good.results == [{"seq": 1}]
    assert isinstance(bad.error, ZeroDivisionError)
    assert other.results == [{"seq": 2}]
    assert reading.position() == 2


def test_the_same_key_returns_the_first_answer(shop):
    first, again = key(), key()

    assert writer.do(count_up, "a", first) == writer.do(count_up, "a", again) == {"seq": 1}
    assert (first.replayed, again.replayed) == (False, True)
    assert reading.position() == 1


def test_the_same_key_twice_in_one_group_is_answered_once(shop):
    one, two = commit(Request(count_up, ("a",), key()), Request(count_up, ("a",), key()))

    assert one.results == two.results == [{"seq": 1}]
    assert two.key.replayed
    assert reading.position() == 1


def test_the_same_key_with_other_content_is_refused(shop):
    writer.do(count_up, "a", key())

    with pytest.raises(Invalid) as refused:
        writer.do(count_up, "b", key(content=b"other"))

    assert refused.value.code == "key_reused"
    assert reading.position() == 1


def test_a_key_belongs_to_who_asks(shop):
    writer.do(count_up, "a", key())

    assert writer.do(count_up, "a", key(asker="ben")) == {"seq": 2}


def test_what_was_refused_may_be_sent_again_under_its_key(shop):
    with pytest.raises(Conflict):
        writer.do(count_up, "no", key())

    assert writer.do(count_up, "a", key()) == {"seq": 1}


def test_a_batch_is_replayed_with_its_refusals(shop):
    first = writer.do_many(count_up, ["a", "no"], key())
    again = writer.do_many(count_up, ["a", "no"], key())

    assert first[0] == again[0]
    assert isinstance(again[1], Conflict)
    assert again[1].as_json() == first[1].as_json()
    assert reading.position() == 1


def test_orders_of_a_batch_are_kept_as_the_first_and_how_many(shop):
    making.make_product()
    drafts = [making.draft(quantity=1 + number % 2) for number in range(50)]

    placed = [dict(one, first_line=None) for one in writer.do_many(orders.place_orders, drafts, key())]
    again = writer.do_many(orders.place_orders, drafts, key())

    assert [{**one, "first_line": None} for one in again] == placed
    assert len(making.value("select result from idempotency")) < 60
    assert making.value("select count(*) from orders") == 50


def test_orders_that_do_not_follow_each_other_are_kept_one_by_one(shop):
    making.make_product()
    unknown = making.draft("NONE")

    first = writer.do_many(orders.place_orders, [making.draft(), unknown, making.draft()], key())
    again = writer.do_many(orders.place_orders, [making.draft(), unknown, making.draft()], key())

    assert [again[0]["id"], again[2]["seq"]] == [first[0]["id"], first[2]["seq"]]
    assert again[1].as_json() == first[1].as_json()


def test_what_was_kept_before_an_upgrade_is_replayed(shop):
    writer.do_many(count_up, ["a", "no"], key())
    kept = (
        '[{"seq":1},{"$refused":{"kind":"Conflict","detail":"no","code":"conflict","errors":[["/sku","taken","Taken."]],'
        '"location":"/products/7","extra":{"id":7}}}]'
    )
    writer.do(lambda tx, items: [tx.execute("update idempotency set result = ?", (kept,)) and {}], None)

    again = writer.do_many(count_up, ["a", "no"], key())

    assert again[0] == {"seq": 1}
    assert (again[1].status, again[1].location, again[1].as_json()["id"]) == (409, "/products/7", 7)
    assert again[1].errors[0].pointer == "/sku"


def test_an_undone_savepoint_takes_its_numbers_and_events_back(shop):
    def outer(tx, items):
        before = tx.next("seq", 0)
        with pytest.raises(Conflict), tx.savepoint():
            outbox.append(tx, "test", "inner", 7)
            raise Conflict("undo")
        assert tx.next("seq", 0) == before
        return [{"seq": outbox.append(tx, "test", "outer", 8)}]

    writer.do(outer, None)

    assert making.query("select event, seq from outbox") == [("outer", 1)]


def test_the_control_without_undoing_the_buffers_the_event_would_stand(shop, monkeypatch):
    def broken(tx, items):
        with pytest.raises(Conflict), tx.savepoint():
            tx._layers[0].buffers.setdefault(outbox.Outbox, outbox.Outbox())  # a build whose buffers have no layers
            monkeypatch.setattr(tx, "buffer", lambda kind: tx._layers[0].buffers[kind])
            outbox.append(tx, "test", "inner", 7)
            raise Conflict("undo")
        return [{}]

    writer.do(broken, None)

    assert making.query("select event from outbox") == [("inner",)]


def test_a_failed_commit_answers_503_to_its_group_and_keeps_nothing(shop):
    def broken(requests):
        raise OSError(5, "Input/output error")

    session = writer.new_session()
    session._run = broken
    (request,) = session.commit(lambda: [Request(count_up, ("a",))])
    session.close()

    with pytest.raises(Problem) as refused:
        request.outcome()
    assert refused.value.status == 503
    assert reading.position() == 0


def test_threads_share_one_history_without_a_hole(shop):
    def work():
        for _ in range(20):
            writer.do(count_up, "a")
        writer.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert reading.position() == 80
    assert making.query("select min(seq), max(last_seq), sum(last_seq - seq + 1) from outbox") == [(1, 80, 80)]


def test_the_lock_goes_to_who_waits(shop):
    from webapp.db.lock import FileLock

    taken = []
    first, second = FileLock(store.path()), FileLock(store.path())
    first.acquire()
    waiter = threading.Thread(target=lambda: (second.acquire(), taken.append("second"), second.release()))
    waiter.start()
    first.release()
    waiter.join(5)
    first.acquire()
    taken.append("first")
    first.release()

    assert taken == ["second", "first"]


# ---- Every subset of refusals in a group of mixed verbs ----


def _requests(verbs, refused):
    line = making.value("select min(id) from order_line")
    made = []
    for number, verb in enumerate(verbs):
        wrong = number in refused
        name = f"{verb}-{number}"
        if verb == "sale":
            made.append(Request(orders.place_orders, (making.draft("NONE" if wrong else "TEA", 1),)))
        elif verb == "return":
            back = ReturnDraft(1, [ReturnLineDraft(999 if wrong else line, 1)])
            made.append(Request(orders.return_goods, (back,)))
        elif verb == "product":
            model = making.checked(NewProduct, {"sku": "TEA" if wrong else name, "name": name, "price": 1})
            made.append(Request(products.create_products, (model,)))
        else:
            model = making.checked(NewChannel, {"code": "online" if wrong else name, "name": name, "kind": "store"})
            made.append(Request(shops.create_channels, (model,)))
    return made


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5])
def test_whatever_is_refused_numbers_have_no_hole_and_rollups_equal_the_ledger(shop, length):
    verbs = ["sale", "return", "sale", "product", "channel"][:length]
    making.make_product(stock=100_000)
    making.sell("TEA", 1000)

    for size in range(length + 1):
        for refused in itertools.combinations(range(length), size):
            before = reading.position()
            done = commit(*_requests(_fresh(verbs, before), set(refused)))

            results = [request.outcome()[0] for request in done]
            assert [number for number, result in enumerate(results) if isinstance(result, Problem)] == list(refused)
            accepted = [result["seq"] for result in results if not isinstance(result, Problem)]
            assert accepted == list(range(before + 1, before + 1 + len(accepted)))
            told = making.value("select coalesce(sum(last_seq - seq + 1), 0) from outbox where seq > ?", before)
            assert told == len(accepted)
    assert making.differences() == []


def _fresh(verbs, salt):
    return [_Named(verb, salt) for verb in verbs]


class _Named(str):
    """A verb whose things get names of their own in each group."""

    def __new__(cls, verb, salt):
        made = super().__new__(cls, verb)
        made.salt = salt
        return made

    def __format__(self, spec):
        return f"{self!s}-{self.salt}"
