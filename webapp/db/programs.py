"""PostgreSQL's own programs: where they are, and how they are run without a password in their arguments."""

import functools
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

FOLDERS = Path("/usr/lib/postgresql")


@functools.cache
def folder(*needed: str) -> Path | None:
    """The folder in which all of these programs are, the newest version of them; None where they are not installed."""
    found = [Path(where).resolve().parent for name in needed if (where := shutil.which(name))]
    config = shutil.which("pg_config")
    if config is not None:
        said = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        found.append(Path(said))
    found += sorted(FOLDERS.glob("*/bin"), key=lambda one: one.parent.name.zfill(4), reverse=True)
    return next((one for one in found if all((one / name).exists() for name in needed)), None)


def command(name: str, address: str) -> tuple[list[str], dict[str, str]]:
    """How a program is called for this database: its path and `--dbname`, and the environment with the password.

    Raises FileNotFoundError when it is not installed.
    """
    where = folder(name)
    if where is None:
        raise FileNotFoundError(f"{name} of PostgreSQL is not installed here")
    from psycopg import conninfo

    parts: dict[str, Any] = conninfo.conninfo_to_dict(address)
    password = parts.pop("password", None)
    environ = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    return [str(where / name), "--dbname", conninfo.make_conninfo("", **parts)], environ
