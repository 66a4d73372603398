"""A buyer is known by a number; what is personal is sealed and found again by a keyed hash alone."""

import pytest

from webapp import config
from webapp.customers import actions, dao
from webapp.customers.rules import Seal
from webapp.db import reading, store, writer

ANA = {"email": "ana@example.org", "name": "Ana", "phone": "+44 20 7946 0958"}


def know(*items):
    return writer.do_many(actions.know, list(items))


def opened(customer_id):
    with reading.reading() as tx:
        return Seal(config.secret_key(store.settings())).open(customer_id, dao.find_sealed(tx, customer_id))


def test_the_same_address_is_the_same_customer(shop):
    first = know(ANA)
    again = know({"email": " ANA@Example.org "})

    assert first == again


def test_the_same_address_twice_in_one_batch_is_one_customer(shop):
    assert know(ANA, ANA, {"email": "ben@example.org"}) == [1, 1, 2]


def test_a_number_finds_a_customer_however_it_is_written(shop):
    assert know({"phone": "+44 20 7946 0958"}) == know({"phone": "0044-20-79460958"})


def test_an_address_decides_before_a_number(shop):
    assert know(ANA, {"email": "cleo@example.org", "phone": ANA["phone"]}) == [1, 2]


def test_what_was_not_known_is_filled_in_and_nothing_is_overwritten(shop):
    know({"phone": ANA["phone"]})

    know(
        {"email": ANA["email"], "phone": ANA["phone"], "name": "Ana"}, {"email": ANA["email"], "name": "Somebody else"}
    )

    assert opened(1) == ANA
    assert know({"email": ANA["email"]}) == [1]


def test_a_name_alone_is_a_customer_of_its_own(shop):
    assert know({"name": "Ana"}, {"name": "Ana"}) == [1, 2]


def test_codes_of_a_file_stay_pseudonymous(shop):
    assert know({"code": "17850"}, {"code": "13047"}, {"code": "17850"}) == [1, 2, 1]
    assert know({"code": "13047"}) == [2]
    assert opened(1) == {}


def test_no_personal_field_stands_open_in_the_database(shop, settings):
    know(ANA)
    writer.close()

    kept = b"".join(file.read_bytes() for file in store.path().parent.glob("shop.db*"))

    for text in ("ana@example.org", "Ana", "7946"):
        assert text.encode() not in kept


def test_a_customer_takes_no_number_of_the_history(shop):
    know(ANA)

    assert reading.position() == 0


def test_a_sealed_field_moved_to_another_row_does_not_open():
    seal = Seal(b"s" * 32)
    sealed = seal.close(1, {"name": "Ana"})

    assert seal.open(1, sealed) == {"name": "Ana"}
    with pytest.raises(ValueError, match="do not belong"):
        seal.open(2, sealed)


def test_another_key_neither_opens_nor_finds():
    one, other = Seal(b"s" * 32), Seal(b"t" * 32)

    with pytest.raises(ValueError, match="another key"):
        other.open(1, one.close(1, {"name": "Ana"}))
    assert one.index("email", "a@b") != other.index("email", "a@b")
    assert one.index("email", "a@b") != one.index("phone", "a@b")


def test_the_same_fields_are_never_sealed_the_same_way_twice():
    seal = Seal(b"s" * 32)

    assert seal.close(1, {"name": "Ana"}) != seal.close(1, {"name": "Ana"})
