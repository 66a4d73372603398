"""Seeds played one after another over one warm program; what went wrong with one is told so that it can be repeated."""

import traceback
from typing import Any

from tests.simulation import shops
from tests.simulation.history import History

LAST = 8


class Simulation:
    """What all histories share: the places and the program. `app`: one that is warm already, of this process.

    database: `sqlite` or `postgres`; TEST_DATABASE where left out.
    """

    def __init__(self, app: Any = None, database: str | None = None) -> None:
        self.places = shops.at(database)
        self.app: Any = app or shops.program(self.places)
        self.crashes = self.falls = 0

    def __enter__(self) -> "Simulation":
        return self

    def __exit__(self, *_: object) -> None:
        self.places.close()

    def play(self, seed: int, steps: int | None = None) -> History:
        """One history. Raises AssertionError where the shop and the model differ."""
        history = History(self.places, self.app, seed, steps)
        history.play()
        self._count(history)
        return history

    def failure(self, seed: int, steps: int | None = None) -> str | None:
        """What went wrong with a seed and how to repeat it with as few steps as it takes; None where nothing did."""
        history = History(self.places, self.app, seed, steps)
        if (fault := self._fault(history)) is None:
            self._count(history)
            return None
        for fewer in range(1, history.steps):
            shorter = History(self.places, self.app, seed, fewer)
            if (found := self._fault(shorter)) is not None:
                history, fault = shorter, found
                break
        last = "\n".join(f"  {line}" for line in history.trace[-LAST:])
        command = f"python -m tests.simulation --database {self.places.kind} --seed {seed} --steps {history.steps}"
        return f"seed {seed}: {fault}\nwhat happened last:\n{last}\nrepeat it by: {command}"

    def _count(self, history: History) -> None:
        self.crashes += history.crashes
        self.falls += history.falls

    def _fault(self, history: History) -> AssertionError | None:
        try:
            history.play()
        except AssertionError as error:
            return error
        return None

    def show(self, seed: int, steps: int | None = None) -> int:
        """Play one seed and print all that happens in it; 1 where it goes wrong."""
        history = History(self.places, self.app, seed, steps)
        try:
            history.play()
        except AssertionError:
            print("\n".join(history.trace))
            traceback.print_exc()
            return 1
        print("\n".join(history.trace))
        print(f"seed {seed}: as the model has it")
        return 0
