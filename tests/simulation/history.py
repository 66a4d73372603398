"""One history of a shop, by its seed: clients, tills, crashes, restarts, files, watchers; and the model beside it."""

from random import Random
from typing import Any

from tests.simulation import answering, figures
from tests.simulation.asks import Ask, differs, read
from tests.simulation.clients import Clients
from tests.simulation.facts import parse, stamp
from tests.simulation.filed import Filed
from tests.simulation.model import Ledger
from tests.simulation.node import Died, Node
from tests.simulation.shops import KINDS
from tests.simulation.stepping import AT_COMMIT, Death
from tests.simulation.watcher import Watcher

BEGINNINGS = (
    "2026-03-28T22:30:00+00:00",
    "2026-10-31T23:40:00+00:00",
    "2026-06-15T11:00:00+00:00",
    "2026-12-31T23:00:00+00:00",
)
STEPS, STEPS_OF_A_GROUP = (14, 26), 40
DEADLY = 0.16  # how often a process that writes is to die on the way
FALLING, RESTING = 0.08, 0.02  # how often the server does, where there is one; and between two steps
JSON = {"Accept": "application/json"}
NOBODY = Death()


class Wrong(AssertionError):
    """The shop and the model differ."""


class History:
    """Plays one seed. steps: fewer or more than usual. trace: what happened, for people."""

    def __init__(self, places: Any, app: Any, seed: int, steps: int | None = None) -> None:
        self.dice, self.fate = Random(seed), Random(f"{seed} fate")  # the same history, with a server and without one
        self.places, self.app = places, app
        currency, zone = self.dice.choice(KINDS)
        self.address = places.new(currency, zone)
        self.settings = places.settings(self.address, currency, zone)
        self.ledger = Ledger(currency, zone)
        self.clients = Clients(self.dice, self.ledger)
        usual = self.dice.randint(*STEPS)
        self.steps = steps or usual
        self.forgetful = self.dice.random() < 0.15
        self.nodes: dict[str, Node | None] = {"a": None} if self.dice.random() < 0.4 else {"a": None, "b": None}
        self.watchers = [Watcher(f"watcher {number}") for number in range(self.dice.randint(1, 3))]
        self.pending: list[Ask] = []
        self.filed = Filed(self)
        self.trace: list[str] = []
        self.crashes = self.falls = 0
        self.fallen = self.away = False
        self.set_clock(parse(self.dice.choice(BEGINNINGS)))

    # ---- The world ----

    def set_clock(self, now_ms: int) -> None:
        """It is that time, and stays it."""
        self.now_ms = self.clients.now_ms = now_ms
        self.places.clock.write_text(stamp(now_ms))

    def say(self, what: str) -> None:
        """Something happened."""
        self.trace.append(f"{stamp(self.now_ms)} {what}")

    def node(self, name: str | None = None) -> Node:
        """A process that lives; it is started where it is dead."""
        name = name or self.dice.choice(list(self.nodes))
        found = self.nodes[name]
        if found is None:
            found = Node(self.app, self._fall)
            found.tell("open", self.settings, self.forgetful)
            self.nodes[name] = found
        return found

    def died(self, node: Node) -> None:
        """That process has died."""
        self.crashes += 1
        self.say("the process died")
        self._without(node)

    def _without(self, node: Node) -> None:
        """That process serves this shop no more: those who watched it are cut off."""
        for watcher in self.watchers:
            if watcher.node is node:
                watcher.listen()
                watcher.leave()
        for name, one in self.nodes.items():
            if one is node:
                self.nodes[name] = None

    def death(self, likely: float, most: int) -> Death:
        """Who dies at which step of what is asked next: nobody, the process, or where there is one the server."""
        at = self.dice.randint(1, most) if self.dice.random() < likely else 0
        if at or not self.places.can_fall or self.fate.random() >= FALLING:
            return Death(at)
        step = AT_COMMIT if self.fate.random() < 0.3 else self.fate.randint(1, most)
        return Death(step, "server", away=most == STEPS_OF_A_GROUP and self.fate.random() < 0.5)

    def _fall(self, away: bool) -> None:
        """The server is killed. away: it stays so until what was asked is answered."""
        self.falls += 1
        self.fallen, self.away = True, away
        self.say(f"the server was killed{', and stays away' if away else ''}")
        self.places.fall()
        if not away:
            self.places.rise()

    def stand_up(self) -> bool:
        """The server answers; whether it has been killed since the last time."""
        if self.away:
            self.places.rise()
        fallen, self.fallen, self.away = self.fallen, False, False
        return fallen

    def get(self, path: str) -> Any:
        """The JSON of an address, from any process."""
        for said in self.node().stream("ask", [("GET", path, JSON, b"")], Death()):
            if said[0] == "answer":
                if said[2] != 200:
                    raise Wrong(f"GET {path} was answered {said[2]} {said[4][:300]!r}")
                body = read(said[4])
        return body

    # ---- The history ----

    def play(self) -> None:
        """Live through it and compare. Raises AssertionError."""
        try:
            self._open()
            for _ in range(self.steps):
                self._step()
            self._end()
        finally:
            for node in self.nodes.values():
                if node is not None:
                    node.kill()  # whatever it was doing
            for watcher in self.watchers:
                watcher.leave()
            self.stand_up()
            self.places.drop(self.address)

    def _open(self) -> None:
        money = self.ledger.money
        goods = [
            ("TEA", 240, 2_000, False),
            ("CUP", 1_250, 6, True),
            ("CAKE", 399, None, False),
            ("JAM", 777, 9, False),
        ]
        for sku, price, stock, oversell in goods:
            said = {"sku": sku, "name": sku.title(), "price": money(price), "category": "Food", "oversell": oversell}
            self.send([Ask("product", "POST", "/products", {**said, **({} if stock is None else {"stock": stock})})])

    def _step(self) -> None:
        self.set_clock(self.now_ms + self.dice.choice((0, 1, 40, 900, 7_000, 45_000, 600_000, 5_000_000)))
        kinds = [self._group] * 14 + [self._again] * 2 + [self._watch] * 5 + [
            self._look, self.dice.choice((self._kill, self._restart)), self._jump, self.filed.bring, self._forget,
        ]  # fmt: skip
        if self.places.can_fall and self.fate.random() < RESTING:
            self._fall(away=False)
            self.stand_up()
        self.dice.choice(kinds)()
        if self.dice.random() < 0.4:
            self._pulse()

    def _group(self) -> None:
        asks = [self.clients.think() for _ in range(self.dice.choice((1, 1, 2, 3, 6)))]
        keyed = [ask for ask in asks if ask.key is not None]
        if keyed and self.dice.random() < 0.3:
            asks.append(self.dice.choice(keyed))  # the same at the same instant
        self.send(asks, self.death(DEADLY, STEPS_OF_A_GROUP))

    def _again(self) -> None:
        """Clients who have no answer ask again, with the same keys."""
        asks, self.pending = [ask for ask in self.pending if self.clients.straight or not ask.dated], []
        if asks:
            self.send(asks, self.death(DEADLY, STEPS_OF_A_GROUP))

    def send(self, asks: list[Ask], death: Death = NOBODY) -> None:
        """These come at once to one process, which may die on the way; what it answers is what the model answers.

        Where the server dies, it may answer 503 as well, whatever it was asked.
        """
        node = self.node()
        before = self.ledger.copy() if death.at else None
        expected = [answering.perform(self.ledger, ask, self.now_ms) for ask in asks]
        requests = [(ask.method, ask.path, ask.headers(), ask.body(self.dice)) for ask in asks]
        names = ", ".join(f"{ask.method} {ask.path} {ask.key or ''}".strip() for ask in asks)
        self.say(f"{names}{death}")
        answered, alive = set(), False
        for said in node.stream("ask", requests, death):
            if said[0] == "done":
                alive = True
                continue
            _, number, status, headers, body = said
            if self.fallen and status == 503 and "retry-after" in headers:
                continue
            answered.add(number)
            content = read(body) if "json" in headers.get("content-type", "") else None
            if fault := answering.wrong(expected[number], status, headers, content):
                raise Wrong(f"{asks[number]} {fault}")
        fallen = self.stand_up()
        if not alive:
            self.died(node)
        if fallen or not alive:
            self.pending += [ask for number, ask in enumerate(asks) if number not in answered and ask.key is not None]
            self._settle(before, any(expected[number].status < 300 for number in answered))

    def _settle(self, before: Ledger | None, acknowledged: bool) -> None:
        """After a crash all of the group is there, or nothing of it; and all where anything was acknowledged."""
        assert before is not None, "a process died of itself"
        seq = self.get("/analytics")["seq"]
        if seq == self.ledger.seq:
            return
        if seq != before.seq:
            raise Wrong(f"after the crash the shop stands at {seq}, not at {before.seq} or {self.ledger.seq}")
        if acknowledged:
            raise Wrong(f"what was acknowledged is gone: the shop stands at {seq}, not at {self.ledger.seq}")
        self.say("nothing of it was kept")
        self.ledger.__dict__.update(before.__dict__)

    def _kill(self) -> None:
        node = self.node()
        node.kill()
        self.died(node)

    def _restart(self) -> None:
        node = self.node()
        self.say("restart")
        list(node.stream("leave"))
        self._without(node)

    def _jump(self) -> None:
        hours = self.dice.choice((-2, -1, 1, 2, 13))
        self.clients.straight = self.clients.straight and hours > 0
        self.set_clock(self.now_ms + hours * 3_600_000)
        self.say(f"the clock has jumped by {hours} h")

    def _forget(self) -> None:
        if self.forgetful:
            self.node().tell("forget")

    def _watch(self) -> None:
        watcher = self.dice.choice(self.watchers)
        if watcher.client is None:
            watcher.connect(self.node())
        elif self.dice.random() < 0.4:
            if self.dice.random() < 0.5:
                watcher.listen()
            watcher.leave()
        else:
            watcher.listen()

    def _pulse(self, rounds: int = 2) -> None:
        for name, node in self.nodes.items():
            if node is not None:
                self.node(name).tell("pulse", rounds)

    # ---- What is compared ----

    def _look(self) -> None:
        found = self.get("/analytics")
        fault = differs(figures.analytics(self.ledger, self.now_ms), found)
        fault = fault or differs(figures.top(self.ledger), found["top_products"], "/top_products")
        if fault:
            raise Wrong(f"GET /analytics: {fault}")

    def _end(self) -> None:
        from tests.simulation import checks

        self.filed.finish()
        while self.pending:
            self._again()
        self._look()
        checks.watchers(self)
        checks.ledger(self)
        checks.stock(self)
        checks.breakdowns(self)
        checks.itself(self)


__all__ = ["Died", "History", "Wrong"]
