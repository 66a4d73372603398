"""A small proxy: hands each connection to the next of several servers that takes it, and knows nothing of what is said on it."""

import itertools
import socket
import threading
from collections.abc import Sequence

from tests.servers.takings import Server

PIECE = 65_536


class Proxy:
    """Stands in front of these servers; url, ws_url and port as a server has them. served: connections by place in the list."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self.servers = servers
        self.served = [0] * len(servers)
        self._turn = itertools.count()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url, self.ws_url = f"http://127.0.0.1:{self.port}", f"ws://127.0.0.1:{self.port}/live"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Nobody is let in any more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        first = next(self._turn)
        for step in range(len(self.servers)):
            place = (first + step) % len(self.servers)
            server = self.servers[place]
            try:
                behind = socket.create_connection((server.host, server.port), timeout=2)
            except OSError:
                continue  # this one is away: the next
            behind.settimeout(None)
            self.served[place] += 1
            threading.Thread(target=_carry, args=(behind, line), daemon=True).start()
            _carry(line, behind)
            return
        line.close()


def _carry(source: socket.socket, target: socket.socket) -> None:
    """What comes from one goes to the other, to the end of either."""
    try:
        while piece := source.recv(PIECE):
            target.sendall(piece)
    except OSError:
        pass
    for line in (source, target):
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        line.close()
