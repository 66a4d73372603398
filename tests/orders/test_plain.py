"""What is read from a batch in one step is what the models make of it: the same drafts, refusals and digests."""

import json
import random

import pytest

from tests import making
from webapp import clock
from webapp.db import store
from webapp.errors import Malformed, Problem
from webapp.orders import routes
from webapp.orders.shapes.plain import Fitting, PlainOrder
from webapp.web import body as bodies
from webapp.web import jsonio

DRAFT = (
    "lines",
    "placed_ms",
    "channel",
    "location",
    "region",
    "customer",
    "external_id",
    "payment",
    "note",
    "short",
    "time_at",
)
LINE = ("product", "quantity", "price_minor", "discount_minor", "lot")
TEXTS = [
    "TEA",
    "A-1",
    "",
    " ",
    "café",
    "cafe\u0301",
    "\u00df",
    "x\0y",
    "L" * 64,
    "L" * 65,
    "\U0001f375",
    'a "b": c',
    "1\\2",
    "\x7f",
]
PRODUCTS = [
    "TEA",
    "TEA",
    1,
    2,
    0,
    -1,
    2**63 - 1,
    2**63,
    10**30,
    1.0,
    True,
    None,
    "cafe\u0301",
    "",
    "NONE",
    ["TEA"],
    {"a": 1},
]
QUANTITIES = [1, 1, 2, 1_000_000, 1_000_001, 0, -3, 1.5, 2.0, "2", None, True, [1], 10**25]
AMOUNTS = [2, 2.4, "2.40", "1,5", 0, "0", -1, 1e3, 0.001, 1e-7, None, True, [2], "", 10**20, 1e300]
TIMES = [
    "2026-11-01T10:00:00Z",
    "2026-11-01T10:00:00.250+01:00",
    "2026-11-01",
    "2999-01-01",
    "2999-01-01T00:00:00Z",
    "soon",
    "",
    None,
    5,
]
REFERENCES = ["store", "online", 1, 2, 0, None, "", "nowhere", 1.5, True]
RAW = [
    b'{"lines":[{"product_id":"TEA","quantity":1,"quantity":2}]}', b'{"lines":[{"product_id":"TEA","quantity":1}]}{"lines":[]}',
    b'{"lines":[{"product_id":"TEA","quantity" :1}]}', b'{"lines":[{"product_id": "TEA", "quantity": 1}]}', b"", b" ", b"{}",
    b"[]", b'"x"', b"nothing", b'{"lines":[{"product_id":"\\ud800","quantity":1}]}', b'{"lines":[{"product_id":"\xff","quantity":1}]}',
    b'{"lines":', b'[{"product_id":"TEA","quantity":1}]}', b'{"lines":[{"product_id":"TEA","quantity":1}]}\r', b"\xef\xbb\xbf{}",
    b'{"lines":[{"product_id":"TEA","quantity":1,"price":2.40}]}', b'{"lines":[{"product_id":"TEA","quantity":1,"price":1E5}]}',
    b'{"lines":[{"product_id":"TEA","quantity":1,"price":-0}],"note":"\\u00e9"}', b'{"lines":[{"product_id":"TEA","quantity":-0}]}',
    b'{"lines":[{"product_id":"TEA","quantity":1,"quantity":2,"lot" :"x"}]}', b'{"lines":[{"product_id":1,"quantity":1,}]}',
]  # fmt: skip


def some_order(chance, odd):
    """An order as JSON; odd: how often a member is other than it should be."""

    def of(values, few=2):
        return chance.choice(values if chance.random() < odd else values[:few])

    def maybe(of_all, name, values, few=1):
        if chance.random() < 0.3:
            of_all[name] = of(values, few)

    lines = []
    for _ in range(chance.choice((1, 1, 1, 2, 5)) if chance.random() > odd / 5 else chance.choice((0, 1001))):
        line = {"product_id": of(PRODUCTS, 4), "quantity": of(QUANTITIES, 4)}
        maybe(line, "price", AMOUNTS, 3)
        maybe(line, "discount", AMOUNTS, 2)
        maybe(line, "lot", TEXTS, 2)
        maybe(line, "unknown", [1]) if chance.random() < odd else None
        lines.append(line)
    order = {"lines": lines}
    for name in ("external_id", "region", "note"):
        maybe(order, name, TEXTS, 2)
    for name in ("channel", "location"):
        maybe(order, name, REFERENCES, 3)
    maybe(order, "placed_at", TIMES, 3)
    maybe(order, "payment", ["cash", "card", "gold", None, 1], 2)
    if chance.random() < odd / 3:
        order |= chance.choice(
            (
                {"customer": {"email": "a@example.org"}},
                {"date": "2026-11-01"},
                {"customer": {}},
                {"short": True},
                {"time_at": "x"},
            )
        )
    if chance.random() < odd / 3:
        order = {"product_id": "TEA", "quantity": 1} if chance.random() < 0.5 else lines
    members = list(order.items()) if isinstance(order, dict) else None
    if members:
        chance.shuffle(members)
        order = dict(members)
    return order


def some_body(chance):
    odd, separators = chance.choice((0, 0, 0.002, 0.02, 0.3)), chance.choice(((",", ":"), (",", ":"), (", ", ": ")))
    texts = [
        json.dumps(some_order(chance, odd), separators=separators, ensure_ascii=chance.random() < 0.5).encode()
        for _ in range(chance.randint(1, 60))
    ]
    if chance.random() < 0.25:
        texts.insert(chance.randrange(len(texts) + 1), chance.choice(RAW))
    return chance.choice((b"\n", b"\n", b"\n", b"\r\n")).join(texts) + chance.choice((b"", b"\n", b"\n\n"))


def made_of(body, plain):
    """What becomes of a batch, and how many of it were plain."""
    sent = [one for some in jsonio.lines(body, plain) for one in some]
    digest = bodies.digest("POST /orders/batch", "", sent)
    shop, now_ms = store.shop(), clock.now_ms()
    fit = Fitting(shop.currency, now_ms, shop.zone).fit if plain else None
    drafts = bodies.items(sent, routes._drafting(now_ms), fit)
    return [told(draft) for draft in drafts], digest, sum(isinstance(draft, PlainOrder) for draft in drafts)


def told(draft):
    if isinstance(draft, (Problem, Malformed)):
        return draft.as_json()
    members = {name: getattr(draft, name) for name in DRAFT}
    lines = [{name: getattr(line, name) for name in LINE} for line in draft.lines]
    kinds = [
        (type(line.product), type(line.quantity), type(line.price_minor), type(line.discount_minor))
        for line in draft.lines
    ]
    return {**members, "lines": lines, "kinds": kinds, "at": draft.at(0)}


@pytest.fixture
def goods(shop):
    making.make_product("TEA")
    making.make_product("COFFEE")
    clock.now_ms()


@pytest.mark.parametrize("seed", range(12))
def test_what_is_plain_is_what_the_models_make_of_it(goods, seed, at):
    at("2026-11-20T12:00:00Z")
    chance, plain = random.Random(seed), 0
    for _ in range(40):
        body = some_body(chance)
        quick, strict = made_of(body, routes.PLAIN), made_of(body, None)
        assert quick[:2] == strict[:2], body
        plain += quick[2]
    assert plain > 100


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
def test_odd_lines_among_others(goods, raw):
    fine = b'{"lines":[{"product_id":"TEA","quantity":1}]}'
    for body in (raw, fine + b"\n" + raw, raw + b"\n" + fine, fine + raw, raw + b"\n" + raw + b"\n\n"):
        assert made_of(body, routes.PLAIN)[:2] == made_of(body, None)[:2]


def test_lines_that_span_newlines_are_no_lines(goods):
    for body in (
        b'{"lines":[\n{"product_id":"TEA","quantity":1}]}{"lines":[{"product_id":"TEA","quantity":1}]}',
        b'{"lines":[{"product_id":"TEA","quantity":1}]}{"lines":[{"product_id":"TEA","quantity":1}]}\n\n',
        b'{"lines":[{"product_id":"TEA","quantity":1},\n{"product_id":"TEA","quantity":1}]}',
    ):
        assert made_of(body, routes.PLAIN)[0] == made_of(body, None)[0]


def test_most_orders_are_plain(goods):
    orders = [
        {"external_id": f"#{n}", "placed_at": "2026-11-01T10:00:00Z", "channel": "store", "payment": "card", "note": "til 2",
         "lines": [{"product_id": "TEA", "quantity": 1, "price": 2.4, "discount": 0.4, "lot": "L1"}, {"product_id": 2, "quantity": 3}]}
        for n in range(500)
    ]  # fmt: skip
    body = b"\n".join(json.dumps(order).encode() for order in orders)

    assert made_of(body, routes.PLAIN)[2] == 500


def test_a_batch_goes_on_where_a_piece_is_not_plain(shop, client):
    making.make_product(stock=1000)
    lines = [b'{"lines":[{"product_id":"TEA","quantity":1}]}'] * 900
    lines[700] = b'{"lines":[{"product_id":"NONE","quantity":1,"price":-1}]}'
    lines[20] = b"x"

    answer = client.post("/orders/batch", data=b"\n".join(lines), content_type="application/x-ndjson").json

    assert (answer["accepted"], answer["rejected"]) == (898, 2)
    assert answer["results"][20]["code"] == "malformed"
    assert [error["pointer"] for error in answer["results"][700]["errors"]] == ["/lines/0/price", "/lines/0/product_id"]
    assert [one["id"] for one in answer["results"] if one["status"] == 201] == [*range(1, 899)]
