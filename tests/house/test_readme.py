"""The README's lines of curl are run against the real server, and what it links to is there."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> list[list[str]]:
    """The curl lines of the README, each as words."""
    block = re.search(r"<!-- curl: begin -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert block
    joined = block[1].replace("\\\n", " ")
    return [shlex.split(line) for line in joined.splitlines() if line.startswith("curl")]


def test_every_line_of_curl_works(server):
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")

    for words in commands():
        words = words[: words.index("||")] if "||" in words else words
        here = [word.replace("http://127.0.0.1:8000", server.url) for word in words]
        done = subprocess.run([*here, "--fail-with-body"], capture_output=True, text=True, timeout=20)

        streaming = "--max-time" in words
        assert done.returncode == (28 if streaming else 0), (words, done.stdout, done.stderr)
        if "format=csv" in words[-1]:
            assert done.stdout.startswith("kind,order_id")
        elif streaming:
            assert "event: ready" in done.stdout
        else:
            assert json.loads(done.stdout)


def test_what_the_readme_links_to_is_there():
    missing = [
        target
        for target in re.findall(r"\]\(([^)#]+)", README)
        if not target.startswith("http") and not (ROOT / target).exists()
    ]

    assert not missing


@pytest.mark.parametrize("word", ["make run", "make test", "AI assistance"])
def test_the_readme_says(word):
    assert word in README
