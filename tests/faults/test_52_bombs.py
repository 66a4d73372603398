"""Fault 52: what unpacks to far more than was sent is measured by the bytes that come out, and never held.

Names in an archive are never names on our disk, whatever they climb to.
"""

import gzip
import io
import lzma
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.servers.takings import Server
from webapp.errors import Problem, TooLarge
from webapp.imports.jobs import unpack

SIZE, ALLOWED, HELD = 96 << 20, 8 << 20, 4 << 20
ROW = b"date,sku,quantity,price\n2026-01-01,TEA,1,2.40\n"


def bomb(how: str) -> bytes:
    """Zeros, packed: a thousandth of what comes out."""
    if how == "gz":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        return (
            packer.compress(ROW) + b"".join(packer.compress(bytes(1 << 20)) for _ in range(SIZE >> 20)) + packer.flush()
        )
    if how == "xz":
        return lzma.compress(ROW + bytes(SIZE), preset=0)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../../tmp/takings-climbed.csv", ROW + bytes(SIZE))
    packed = bytearray(out.getvalue())
    if how == "lying zip":  # its header says that it is small
        at = packed.rfind(b"PK\x01\x02")
        packed[at + 24 : at + 28] = len(ROW).to_bytes(4, "little")
        packed[22:26] = len(ROW).to_bytes(4, "little")
    return bytes(packed)


@pytest.mark.parametrize("how", ["gz", "xz", "zip", "lying zip"])
def test_fault_52_a_bomb_is_stopped_by_what_comes_out(tmp_path, how, figures):
    path = tmp_path / "bomb"
    path.write_bytes(bomb(how))
    assert path.stat().st_size < SIZE // 100
    tracemalloc.start()
    with pytest.raises(Problem) as refused:
        unpack.measure(path, ALLOWED)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert isinstance(refused.value, TooLarge) or how == "lying zip"
    assert peak < HELD or (how == "xz" and peak < 16 << 20)
    figures(52, bombs=1, most_held_kb=peak >> 10)


def test_fault_52_a_bomb_in_a_bomb_is_no_file_of_rows(tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(bomb("gz")))

    assert unpack.measure(path, ALLOWED)[0] < ALLOWED  # one layer is taken off, and what is inside is not text


@pytest.fixture(scope="module")
def packed():
    return bomb("gz")


def given(server: Server, content: bytes) -> int:
    """The status of an upload."""
    with server.client() as client:
        return client.post("/imports", files={"file": ("bomb.csv.gz", content)}).status_code


def test_fault_52_the_server_answers_413_and_holds_nothing_of_it(tmp_path, packed, figures):
    server = Server(tmp_path, workers=1, broken="little_room")
    server.start()
    assert given(server, gzip.compress(ROW)) == 202
    before = peak(server)
    statuses = [given(server, packed) for _ in range(4)]
    grown = peak(server) - before
    with server.client() as client:
        squeezed = client.post(
            "/orders", content=packed, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}
        ).status_code
    left = [path.name for path in (tmp_path / "imports").glob("*")]
    server.stop()

    assert statuses == [413] * 4 and squeezed == 415
    assert grown < SIZE // 4, f"{grown:,} bytes"
    assert len(left) <= 1
    figures(52, bombs_sent_to_the_server=len(statuses), most_held_kb=max(0, grown >> 10))


def test_fault_52_the_control_a_build_that_unpacks_at_once_is_caught(tmp_path, packed):
    server = Server(tmp_path, workers=1, broken="unpack_at_once")
    server.start()
    given(server, gzip.compress(ROW))
    before = peak(server)
    given(server, packed)
    grown = peak(server) - before
    server.stop()

    assert grown >= SIZE // 2, f"{grown:,} bytes"


def peak(server: Server) -> int:
    """The most that the web processes have held."""
    lines = [Path(f"/proc/{pid}/status").read_text() for pid in server.web_processes()]
    return sum(int(line.split()[1]) << 10 for text in lines for line in text.splitlines() if line.startswith("VmHWM"))
