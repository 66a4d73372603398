"""Prompts are files, `templates/<feature>/prompts/<name>-<version>.txt`, so that they can be read and compared."""

import re
from functools import lru_cache
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
VERSION = re.compile(r"[a-z_]+-[0-9]+")


@lru_cache(maxsize=16)
def read_prompt(feature: str, version: str) -> str:
    """The text of a prompt such as `promotions-1`. Raises FileNotFoundError where there is none."""
    if not VERSION.fullmatch(version):
        raise FileNotFoundError(version)
    return (TEMPLATES / feature / "prompts" / f"{version}.txt").read_text(encoding="utf-8")
