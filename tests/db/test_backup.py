"""A backup counts only when it has been verified; rotation keeps seven days and four weeks."""

import random
from pathlib import Path

import pytest

from tests import making
from webapp import clock, verify
from webapp.clock import Zone
from webapp.db import backup, store
from webapp.db.backup import BackupError, Kept

assert verify  # it says how a backup is verified by being imported
LONDON = Zone("Europe/London")


def kept_at(*times):
    """Backups that were made at these times."""
    return [Kept(Path(time), clock.parse_time(time), 1) for time in times]


def test_a_backup_is_private_and_holds_the_last_change(shop, tmp_path):
    making.make_product()
    making.sell("TEA")

    made = backup.make(store.path(), tmp_path / "a.db.gz")

    assert made.seq == 2
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert making.is_backup(made.file)


@pytest.mark.parametrize(
    "statement", ["update orders set total_minor = 1", "delete from sales_day", "update counter set value = 99"]
)
def test_what_does_not_verify_is_no_backup_and_the_old_one_stays(shop, tmp_path, statement):
    making.make_product()
    making.sell("TEA")
    backup.make(store.path(), tmp_path / "a.db.gz")
    before = (tmp_path / "a.db.gz").read_bytes()
    from tests.making import spoil

    spoil(statement)

    with pytest.raises(BackupError, match="does not verify"):
        backup.make(store.path(), tmp_path / "a.db.gz")
    assert (tmp_path / "a.db.gz").read_bytes() == before
    assert not list(tmp_path.glob(".a.db*"))


@pytest.mark.sqlite
def test_what_is_read_back_otherwise_than_it_was_written_is_no_backup(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "unpacked", lambda file: iter([b"something else"]))

    with pytest.raises(BackupError, match="disk cannot be trusted"):
        backup.make(store.path(), tmp_path / "a.db.gz")
    assert not list(tmp_path.glob("*a.db.gz"))


def test_progress_is_told(shop, tmp_path):
    told = []

    backup.make(store.path(), tmp_path / "a.db.xz", lambda *said: told.append(said[2]))

    assert {"Copying", "Verifying"} <= set(told)


def test_the_newest_of_each_of_seven_days_and_four_weeks_stays():
    days = [f"2026-11-{day:02}T03:30:00Z" for day in range(1, 31)]
    backups = kept_at(*days)

    dropped = {str(one.file) for one in backup.superfluous(backups, LONDON)}

    stay = sorted(set(days) - dropped)
    assert stay == [f"2026-11-{day:02}T03:30:00Z" for day in (15, 22, 24, 25, 26, 27, 28, 29, 30)]


def test_a_week_without_the_shop_drops_nothing_that_is_the_last_of_its_week():
    backups = kept_at("2026-01-05T03:30:00Z", "2026-01-06T03:30:00Z", "2026-11-30T03:30:00Z")

    assert backup.superfluous(backups, LONDON) == []


def test_however_often_it_runs_rotation_is_bounded_and_keeps_the_newest():
    dice, lying = random.Random(5), []
    for day in range(20_000, 20_200):
        for _ in range(dice.randint(0, 3)):
            at_ms = day * 86_400_000 + dice.randint(0, 86_399_999)
            lying.append(Kept(Path(str(at_ms)), at_ms, 1))
        lying = [one for one in lying if one not in backup.superfluous(lying, LONDON)]

        assert len(lying) <= backup.KEPT_DAYS + backup.KEPT_WEEKS
        assert not lying or max(one.at_ms for one in lying) // 86_400_000 <= day


def test_the_list_holds_what_has_such_a_name_alone(shop):
    database = store.path()
    backup.folder(database).mkdir()
    backup.name_at(database, clock.parse_time("2026-11-21T03:30:00Z")).write_bytes(b"x")
    (backup.folder(database) / f"{database.stem}-notes{backup.suffix()}").write_bytes(b"x")
    (backup.folder(database) / f"other-20261121T033000Z{backup.suffix()}").write_bytes(b"x")

    assert [clock.format_time(one.at_ms) for one in backup.kept(database)] == ["2026-11-21T03:30:00.000Z"]
