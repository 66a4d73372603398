"""Fault 7 on real disks: one that turns read-only under the shop, files that may not be changed, a start on such a disk.

A disk that shows an error is what Linux itself makes read-only (ext4, errors=remount-ro); `abort` makes it do so now.
"""

import os
import shutil
import subprocess
from contextlib import contextmanager

import pytest

from tests.faults.injection import small_disk
from tests.faults.test_04_to_07_failing_disks import check_reading, check_recovered, check_refusals, sell
from tests.faults.till import every_order, new_product
from tests.servers.takings import Server
from webapp import cli
from webapp.db import presence

pytestmark = pytest.mark.sqlite("it is about SQLite's own files; PostgreSQL's server has a test of its own")
LOST = {"read_only", "disk"}


def do(*words):
    """Whether a command of the system went well."""
    return subprocess.run(words, capture_output=True).returncode == 0


def mount(image, folder):
    """The disk in this file stands at the folder; skips aloud where it cannot."""
    if os.geteuid() or not do("mount", "-o", "loop,errors=remount-ro", str(image), str(folder)):
        pytest.skip("no disk in a file can be mounted here: it needs root and a loop device")


@contextmanager
def real_disk(tmp_path):
    """A disk of its own with ext4 on it: (its file, where it stands)."""
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 is not here: apt install e2fsprogs")
    image, folder = tmp_path / "disk.img", tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(48 << 20)
    assert do("mkfs.ext4", "-q", "-O", "^metadata_csum_seed", str(image))
    mount(image, folder)
    try:
        yield image, folder
    finally:
        do("umount", "-l", str(folder))


@contextmanager
def selling(folder, tmp_path, broken=""):
    """A shop on that disk, whose log lies elsewhere, with three sales: (server, client, their ids)."""
    server = Server(folder, workers=1, broken=broken, **({"TAKINGS_WRITER": "loop"} if broken else {}))
    server.log.unlink()
    server.log = tmp_path / "server.log"
    server.log.touch()
    server.start()
    try:
        new_product(server)
        with server.client() as client:
            yield server, client, [answer.json()["id"] for answer in sell(client, 3)]
    finally:
        server.stop()


@pytest.mark.long
def test_fault_7_a_disk_that_turns_read_only_takes_no_sale_and_loses_none(tmp_path, figures):
    with real_disk(tmp_path) as (image, folder):
        with selling(folder, tmp_path) as (_, client, told):
            assert do("mount", "-o", "remount,abort", str(folder))
            answers = sell(client, 4)
            check_refusals(answers, LOST)
            check_reading(client, banner=True)

        assert do("umount", str(folder))
        subprocess.run(["e2fsck", "-fy", str(image)], capture_output=True)
        mount(image, folder)
        server = Server(folder, workers=1)
        server.start()
        try:
            with server.client() as client:
                check_recovered(server, client, told)
        finally:
            server.stop()
    figures(7, injected="ext4 remount-ro", refused=len(answers), lost=0)


@pytest.mark.long
def test_fault_7_files_that_may_not_be_changed_are_written_again_as_soon_as_they_may(tmp_path, figures):
    with real_disk(tmp_path) as (_, folder), selling(folder, tmp_path) as (server, client, told):
        files = [str(server.database), f"{server.database}-wal"]
        if not do("chattr", "+i", *files):
            pytest.skip("chattr +i does not work here")
        try:
            answers = sell(client, 4)
            check_refusals(answers, LOST)
            check_reading(client, banner=True)
        finally:
            do("chattr", "-i", *files)
        check_recovered(server, client, told)
    figures(7, injected="chattr +i", refused=len(answers), lost=0)


@pytest.mark.long
def test_fault_7_the_control_a_build_that_believes_the_disk_acknowledges_what_is_not_there(tmp_path):
    with real_disk(tmp_path) as (image, folder):
        with selling(folder, tmp_path, broken="believe_the_disk") as (_, client, _):
            assert do("mount", "-o", "remount,abort", str(folder))
            told = {answer.json()["id"] for answer in sell(client, 4) if answer.status_code == 201}

        assert do("umount", str(folder))
        subprocess.run(["e2fsck", "-fy", str(image)], capture_output=True)
        mount(image, folder)
        server = Server(folder, workers=1)
        server.start()
        try:
            there = {order["id"] for order in every_order(server)}
        finally:
            server.stop()

    assert told - there


def start_read_only(tmp_path):
    """(exit status, what it said) of `serve` over a shop whose disk can only be read."""
    with small_disk(tmp_path / "disk", 40) as disk:
        with selling(disk, tmp_path) as (server, _, _):
            pass
        assert do("mount", "-o", "remount,ro", str(disk))
        done = server.run("serve", timeout=60)
        return done.returncode, done.stderr.strip().splitlines()


@pytest.mark.slow
def test_fault_7_a_start_on_a_disk_that_can_only_be_read_says_so_in_one_line(tmp_path):
    status, said = start_read_only(tmp_path)

    assert status == 1
    assert len(said) == 1 and "can only be read" in said[0] and "shop.db" in said[0]


@pytest.mark.parametrize("command", [["serve"], ["verify"], ["rebuild"]])
def test_fault_7_where_this_user_may_not_write_the_command_says_so_in_one_line(tmp_path, command, monkeypatch, capsys):
    monkeypatch.setenv("TAKINGS_DATABASE", str(tmp_path / "shop.db"))
    (tmp_path / "shop.db").touch()

    def refuse(database):
        raise PermissionError(13, "Permission denied", f"{database}.open")

    monkeypatch.setattr(presence, "_open", refuse)

    assert cli.main(command) == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"`{command[0]}` cannot be done: This user may not write here: ") and "\n" not in said


def test_fault_7_the_control_another_error_is_not_taken_for_the_disks(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKINGS_DATABASE", str(tmp_path / "shop.db"))
    (tmp_path / "shop.db").touch()

    def break_down(database):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(presence, "_open", break_down)

    with pytest.raises(OSError, match="Invalid argument"):
        cli.main(["verify"])
