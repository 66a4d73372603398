"""What the tests of faults share: figures that `make faults` writes into docs/faults.md."""

import json
import os
from pathlib import Path

import pytest


@pytest.fixture
def figures():
    """figures(3, cuts=10_000, lost=0): what this fault was seen to do; kept where FAULT_FIGURES names a file."""

    def tell(fault: int, **seen: object) -> None:
        file = os.environ.get("FAULT_FIGURES")
        if file:
            with Path(file).open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"fault": fault, "seen": seen}) + "\n")

    return tell
