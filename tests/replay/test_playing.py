"""`replay`: a file's sales in their own rhythm, each once, however often it is stopped."""

import json
import os
import signal
import subprocess
import sys
import threading

import httpx
import pytest

from tests.faults.till import every_order, sound
from tests.imports.making import uci
from tests.servers.takings import ROOT
from webapp.replay import playing
from webapp.replay.playing import Place, Player
from webapp.replay.reading import Played, Shop

HERE = Shop("GBP", "Europe/London", "en_GB", {"online": 1, "store": 2, "marketplace": 3}, {"main": 1})
ROWS = [
    {"InvoiceNo": "1", "InvoiceDate": "2010-12-01 08:26:00"},
    {"InvoiceNo": "1", "StockCode": "71053", "InvoiceDate": "2010-12-01 08:26:00"},
    {"InvoiceNo": "3", "InvoiceDate": "2010-12-02 09:00:00"},
    {"InvoiceNo": "2", "InvoiceDate": "2010-12-01 08:27:00", "Quantity": "1"},
    {"InvoiceNo": "C4", "InvoiceDate": "2010-12-02 09:00:30", "Quantity": "-1"},
    {"InvoiceNo": "5", "UnitPrice": "0"},
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text(uci(*ROWS))
    return path


class Clock:
    """Time that passes only while somebody waits. until: after so many seconds the wait is ended by a person."""

    def __init__(self, until: float = 1e9) -> None:
        self.now, self.until, self.set_by_hand = 0.0, until, False

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return self.is_set()

    def is_set(self) -> bool:
        return self.set_by_hand or self.now > self.until


class Till:
    """A shop that knows products from the first time it is told of them, and loses answers when asked to."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.sent, self.known, self.answers, self.lost = clock, [], set(), {}, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body, key, path = json.loads(request.content), request.headers["Idempotency-Key"], request.url.path
        if path == "/products":
            self.known.add(body["sku"])
            return httpx.Response(201, json={"id": 1})
        if any("product_id" in line and line["product_id"] not in self.known for line in body["lines"]):
            return httpx.Response(422, json={})
        if key not in self.answers:
            number = len(self.answers) + 1
            lines = [{"id": number * 100 + index} for index in range(len(body["lines"]))]
            self.answers[key] = (body, {"id": number, "lines": lines})
            self.sent.append((round(self.clock.now, 3), path, body))
        if self.lost:
            self.lost -= 1
            raise httpx.ReadError("lost on the way")
        assert self.answers[key][0] == body, "the same key came with other content"
        return httpx.Response(201, json=self.answers[key][1])


def play(file, monkeypatch, speed=60.0, until=1e9, till=None, shop=HERE):
    """Play the file into a till; (the till, whether it came to its end)."""
    clock = Clock(until)
    monkeypatch.setattr(playing.time, "monotonic", clock.monotonic)
    till = till or Till(clock)
    till.clock = clock
    with httpx.Client(base_url="http://shop", transport=httpx.MockTransport(till)) as http:
        played = Played(file, shop)
        player = Player(http, played, Place(file, played.digest, "http://shop"), speed, clock)
        return till, player.run(lambda *_: None), player


def test_sales_come_in_the_order_and_rhythm_of_the_file(file, monkeypatch):
    till, ended, player = play(file, monkeypatch)

    assert ended
    assert [(at, path, len(body["lines"])) for at, path, body in till.sent] == [
        (0, "/orders", 2), (1, "/orders", 1), (61, "/orders", 1), (61.5, "/returns", 1),
    ]  # fmt: skip
    assert dict(player.counts) == {"orders": 3, "returns": 1, "products": 2}


def test_what_is_sent_is_live_and_as_the_file_has_it(file, monkeypatch):
    till, _, _ = play(file, monkeypatch)
    body = till.sent[0][2]

    assert body["lines"][0] == {"product_id": "85123A", "quantity": 6, "price": 2.55}
    assert body["note"] == "1" and body["channel"] == "online" and body["region"] == "GB"
    assert not {"placed_at", "date", "external_id", "customer"} & set(body)


def test_a_lost_answer_is_asked_for_again_under_the_same_key(file, monkeypatch):
    till = Till(Clock())
    till.lost = 3

    _, ended, player = play(file, monkeypatch, till=till)

    assert ended and len(till.answers) == 4 and player.counts["orders"] == 3


def test_stopped_and_started_again_it_goes_on_and_sends_nothing_twice(file, monkeypatch):
    till, ended, _ = play(file, monkeypatch, until=30)
    before = len(till.sent)
    assert not ended and file.with_name("sales.csv.replay").exists()

    _, ended, _ = play(file, monkeypatch, till=till)

    assert ended and before == 2 and len(till.sent) == 4
    assert not file.with_name("sales.csv.replay").exists()


def test_what_was_sent_but_not_written_down_is_still_sold_once(file, monkeypatch):
    till, _, _ = play(file, monkeypatch, until=30)
    kept = file.with_name("sales.csv.replay")
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "done": 0}))

    play(file, monkeypatch, till=till)

    assert len(till.answers) == len(till.sent) == 4


def test_played_once_more_it_sells_once_more(file, monkeypatch):
    till, _, _ = play(file, monkeypatch)
    play(file, monkeypatch, till=till)

    assert len(till.answers) == 8


def test_a_return_of_our_own_export_is_of_the_order_that_was_played(tmp_path, monkeypatch):
    columns = "kind,order_id,placed_at,channel,line_id,sku,name,quantity,price,discount,total,currency,restock,reason"
    path = tmp_path / "own.csv"
    path.write_text(
        f"{columns}\n"
        "sale,7,2026-01-01T10:00:00Z,store,70,TEA,Tea,2,2.40,,4.80,GBP,,\n"
        "sale,7,2026-01-01T10:00:00Z,store,71,MUG,Mug,1,12.50,0.50,12.00,GBP,,\n"
        "return,7,2026-01-02T10:00:00Z,store,71,MUG,Mug,1,12.50,,12.00,GBP,true,broken\n"
    )

    till, ended, _ = play(path, monkeypatch, speed=1e5)

    assert ended and [path for _, path, _ in till.sent] == ["/orders", "/orders/1/returns"]
    assert till.sent[0][2]["lines"][1] == {"product_id": "MUG", "quantity": 1, "price": 12.5, "discount": 0.5}
    assert till.sent[1][2] == {"lines": [{"line_id": 101, "quantity": 1, "restock": True}], "reason": "broken"}


def test_a_file_of_which_the_columns_are_not_known_is_refused(tmp_path):
    from webapp.errors import Invalid

    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(Invalid):
        Played(path, HERE)


# ---- The command, on the real server ----


def replay(server, file, *more):
    """The command, started."""
    return subprocess.Popen(
        [sys.executable, "-m", "webapp", "replay", str(file), "--url", server.url, *more],
        cwd=ROOT, env=server.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_the_command_plays_stops_goes_on_and_ends_with_its_counts(server, file):
    first = replay(server, file, "--speed", "30")
    server.wait_for(lambda: len(every_order(server)) == 2)
    os.kill(first.pid, signal.SIGINT)
    said = first.communicate(timeout=30)[0]
    second = replay(server, file, "--speed", "1000000").communicate(timeout=30)[0]
    orders = every_order(server)

    assert first.returncode == 130 and json.loads(said.splitlines()[-1])["orders"] == 2
    assert json.loads(second.splitlines()[-1]) == {
        "played": 4, "of": 4, "orders": 1, "returns": 1, "refused": 0, "products": 0, "skipped": 1,
    }  # fmt: skip
    assert sorted(order["total"] for order in orders) == [2.55, 15.3, 30.6]
    assert sound(server)


@pytest.mark.parametrize("wrong", [["--speed", "0"], ["--speed", "fast"], []])
def test_wrong_usage_of_the_command_is_2(wrong):
    from webapp import cli

    with pytest.raises(SystemExit) as ended:
        cli.main(["replay", *(["x.csv"] if wrong else []), *wrong])
    assert ended.value.code == 2


def test_a_shop_that_is_not_there_is_one_line_and_1(file, capsys):
    from webapp import cli

    assert cli.main(["replay", str(file), "--url", "http://127.0.0.1:1"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert threading.active_count() < 10
