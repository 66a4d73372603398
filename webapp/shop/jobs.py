"""The backups that the shop makes of itself: each night, verified, so many kept; and one whenever a person asks."""

from typing import Any

from webapp import clock
from webapp.db import backup, reading, store
from webapp.db.backup import BackupError, Kept
from webapp.errors import Problem
from webapp.jobs import registry
from webapp.jobs.progress import Context
from webapp.shop import dao


@registry.job("backup")
def back_up_nightly(context: Context) -> None:
    """Today's backup lies in the folder, verified. The sample shop makes none: it can be made anew."""
    if store.shop().mode != "demo":
        back_up(context)


@registry.job("backup_now")
def back_up(context: Context) -> None:
    """A backup lies in the folder, verified, and what rotation does not keep is gone."""

    def tell(done: int, total: int | None, what: str) -> None:
        context.breathe()
        context.tell(done, total, what)

    database = store.path()
    try:
        backup.make(database, backup.name_at(database, clock.now_ms()), tell)
    except (BackupError, OSError) as error:
        raise Problem(f"No backup was made. {error}") from error
    for one in backup.superfluous(backup.kept(database), store.shop().zone):
        one.file.unlink(missing_ok=True)


def kept() -> list[Kept]:
    """The backups in the folder, newest first."""
    return backup.kept(store.path())


def overview(now_ms: int) -> dict[str, Any]:
    """The backups, the last good one's age, whether it is too old, and what runs or failed last."""
    backups = kept()
    with reading.reading() as tx:
        last, warning = dao.find_last_backup_job(tx), backup.warning(tx, store.path(), store.shop().mode, now_ms)
    return {
        "backups": backups, "newest_ms": backups[0].at_ms if backups else None, "job": last, "warning": warning,
        "old": warning is not None, "folder": str(backup.folder(store.path())), "demo": store.shop().mode == "demo",
    }  # fmt: skip
