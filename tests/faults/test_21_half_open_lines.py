"""Fault 21: a peer that is gone without a word is noticed, and what it held is given back.

The test runs in a network of its own (`unshare -n`) and takes that network down, so that nobody says goodbye; the build is
hurried: two seconds without an answer instead of sixty-five, which with a beat each twenty are within ninety.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.servers.takings import ROOT
from webapp.live import core, lines

pytestmark = pytest.mark.long  # make faults runs it

COUNT = 20
SCRIPT = """
import json, subprocess, sys, tempfile
from pathlib import Path
from tests.faults.till import new_product
from tests.faults.wires import Wire, comes_true, sockets
from tests.servers.takings import Server

def ip(*words):
    subprocess.run(["ip", "link", "set", "lo", *words], check=True)

ip("up")
server = Server(Path(sys.argv[2]), workers=1, broken=sys.argv[1])
server.start()
new_product(server)
wires = [Wire(server) for _ in range({count})]
for wire in wires:
    wire.say(subscribe=["orders"])
    wire.hear()
held = sockets(server)
ip("down")
# Something is to be said to them: the kernel has no answer to wait for otherwise.

done = server.run("import", sys.argv[3])
assert done.returncode == 0, done.stderr
noticed = comes_true(lambda: sockets(server) <= held - {count}, float(sys.argv[4]))
ip("up")
server.stop()
print(json.dumps({{"noticed": noticed}}))
"""


def run(folder, build, seconds):
    """What became of watchers whose network went away."""
    tools = [shutil.which(name) for name in ("unshare", "ip")]
    as_root = [] if os.geteuid() == 0 else ["--map-root-user", "--user"]
    if None in tools or subprocess.run(["unshare", *as_root, "-n", "true"], capture_output=True).returncode:
        pytest.skip("a network of one's own cannot be made on this machine: unshare or ip is missing, or not allowed")
    file = folder / "sales.csv"
    file.write_text("date,sku,quantity,price,name\n2026-01-01T10:00:00Z,TEA,1,2.40,Tea\n")
    done = subprocess.run(
        ["unshare", *as_root, "-n", sys.executable, "-c", SCRIPT.format(count=COUNT), build, str(folder), str(file), str(seconds)],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])["noticed"]


def test_fault_21_a_peer_that_is_gone_without_a_word_is_noticed_and_its_descriptor_given_back(tmp_path, figures):
    assert run(tmp_path, "hurried_wire", 30)
    figures(21, dead_peers=COUNT, descriptors_kept=0)


def test_fault_21_the_control_a_build_that_looks_for_nobody_is_caught(tmp_path):
    assert not run(tmp_path, "never_look_for_the_dead", 8)


def test_fault_21_beats_and_patience_together_are_within_ninety_seconds():
    assert core.BEAT_S + lines.DEAD_MS / 1000 < 90
