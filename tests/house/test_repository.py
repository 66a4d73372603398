"""What must not be in the repository, and what must."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRETS = re.compile(
    r"sk-[A-Za-z0-9]{20,}|AIza[0-9A-Za-z_-]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY|ghp_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}"
)
BINARY = {".woff2", ".png", ".ico", ".jpg"}


def tracked() -> list[Path]:
    """The files that git holds."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_secret_is_in_the_repository():
    found = [
        str(file.relative_to(ROOT))
        for file in tracked()
        if file.suffix not in BINARY and SECRETS.search(file.read_text("utf-8", "replace"))
    ]

    assert not found


def test_the_control_a_secret_is_seen():
    assert SECRETS.search("key = sk-" + "a" * 32)


def test_no_environment_file_and_no_large_file_is_tracked():
    names = {file.name for file in tracked()}

    assert ".env" not in names
    assert not [file.name for file in tracked() if file.stat().st_size > 1_500_000]
