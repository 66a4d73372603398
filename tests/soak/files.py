"""Files of sales that are brought while the soak runs: what the process of jobs is busy with when it is killed."""

import json
import random
import time
from datetime import UTC, datetime, timedelta

import httpx

from tests.soak.tills import sku

ROWS, PER_INVOICE = 900, 3
COLUMNS = {"sku": "sku", "quantity": "quantity", "price": "price", "placed_at": "date", "external_id": "invoice"}
ENDED = ("done", "failed", "cancelled")


class Files:
    """asked: the external ids of all sales of the files that were brought."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.imports: list[int] = []
        self.count = 0

    def bring(self, client: httpx.Client) -> None:
        """One more file is given; one that the shop did not take is made anew the next time."""
        number = self.count
        dice = random.Random(number)
        day = datetime.now(UTC) - timedelta(days=2)
        lines, names = ["sku,quantity,price,date,invoice"], set()
        for row in range(ROWS):
            name = f"F{number}-{row // PER_INVOICE}"
            names.add(name)
            lines.append(f"{sku(dice)},{dice.randint(1, 4)},2.40,{day:%Y-%m-%dT%H:%M:%S}Z,{name}")
        try:
            file = {"file": (f"sales-{number}.csv", "\n".join(lines) + "\n")}
            mapping = {"mapping": json.dumps({"columns": COLUMNS, "dates": "ymd"})}
            answer = client.post("/imports", files=file, data=mapping)
        except httpx.TransportError:
            return
        if answer.status_code == 202:
            self.count += 1
            self.asked |= names
            self.imports.append(answer.json()["id"])

    def finish(self, client: httpx.Client, seconds: float = 120) -> list[str]:
        """Wait until all are read; what was not, in words."""
        until, left = time.monotonic() + seconds, list(self.imports)
        states: dict[int, str] = {}
        while left and time.monotonic() < until:
            states = {number: client.get(f"/imports/{number}").json()["state"] for number in left}
            left = [number for number in left if states[number] not in ENDED]
            if left:
                time.sleep(0.3)
        found = {number: client.get(f"/imports/{number}").json()["state"] for number in self.imports}
        return [f"import {number} is {state}" for number, state in found.items() if state != "done"]
