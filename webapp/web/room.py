"""Room for large bodies: a process holds so many bytes of them at once, and says 503 before memory runs out."""

from typing import Any

from flask import after_this_request

from webapp.errors import Unavailable

SMALL = 64 * 1024
MOST = 128 << 20
_SAID = "More large requests are being read than there is room for. Send it again."


class Room:
    """How many bytes are held now, of how many at most. One body alone always fits."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.held = 0

    def take(self, size: int) -> None:
        """So many bytes more are held. Raises Unavailable where there is no room for them."""
        if self.held and self.held + size > self.most:
            raise Unavailable(_SAID, retry_after=1, reason="crowded")
        self.held += size

    def give_back(self, size: int) -> None:
        """They are held no longer."""
        self.held -= size


of_process = Room()


def take(size: int) -> None:
    """The present request holds a body of so many bytes until it is answered. Raises Unavailable without room for it."""
    if size <= SMALL:
        return
    of_process.take(size)

    @after_this_request
    def give_back(answer: Any) -> Any:
        of_process.give_back(size)
        return answer
