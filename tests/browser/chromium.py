"""`python -m tests.browser.chromium`: is there a Chromium for the browser tests? Fails and says how to get one."""

import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    """Exit status 0 when there is one."""
    if any(shutil.which(name) for name in NAMES):
        return 0
    print(
        "The browser tests need Chromium, and there is none on the PATH.\n"
        "  Debian, Ubuntu:  sudo apt-get install chromium\n"
        "  Fedora:          sudo dnf install chromium\n"
        "  macOS:           brew install --cask chromium",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
