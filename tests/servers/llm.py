"""A model's service on loopback that speaks OpenAI's, Gemini's or a compatible server's protocol, and may misbehave."""

import json
import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.servers import llm_bodies as bodies

KEY = "sk-test-key-of-the-model-4711"
PATHS = {"openai": "/v1", "compatible": "/v1", "gemini": "/v1beta"}


class Said(NamedTuple):
    """An answer as it goes over the line."""

    status: int
    body: bytes
    headers: dict[str, str]


class Asked(NamedTuple):
    """A question as it came."""

    path: str
    headers: dict[str, str]
    body: Any

    @property
    def user(self) -> str:
        """What the user said, in either protocol."""
        if "messages" in self.body:
            return self.body["messages"][1]["content"]
        return self.body["contents"][0]["parts"][0]["text"]

    @property
    def system(self) -> str:
        """The instructions, in either protocol."""
        if "messages" in self.body:
            return self.body["messages"][0]["content"]
        return self.body["systemInstruction"]["parts"][0]["text"]


Step = Said | str | Callable[[Asked], Any]


class LlmServer:
    """Speaks as `speech` (openai, gemini, compatible); answers with `steps` one after another, the last again and again.

    A step is data for the model to say (by `says`), a Said, a function of the question that gives data or Said, or one of
    the words `hang` (no answer), `drip` (a byte now and then, for ever), `reset` (the line breaks), `cut` (half a body).
    A wrong key and an unknown path are refused as the real service refuses them.
    """

    def __init__(self, speech: str = "openai", *steps: Any, model: str = "model-that-answered") -> None:
        self.speech, self.model = speech, model
        self.steps: list[Any] = list(steps) or [{"summary": "", "suggestions": []}]
        self.asked: list[Asked] = []
        self.leaving = threading.Event()
        self.was_asked = threading.Event()
        handler = type("Handler", (_Handler,), {"service": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}{PATHS[speech]}"

    def __enter__(self) -> "LlmServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nobody listens any more, and who hangs is let go."""
        self.leaving.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def settings(self) -> dict[str, str]:
        """The TAKINGS_ settings of a shop that asks this server."""
        return {"TAKINGS_LLM": self.speech, "TAKINGS_LLM_KEY": KEY, "TAKINGS_LLM_URL": self.url}

    def next_step(self) -> Any:
        """What is answered now."""
        return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]

    def refusal(self, asked: Asked) -> Said | None:
        """The answer to a wrong path or key."""
        gemini = self.speech == "gemini"
        known = asked.path.startswith("/v1beta/models/") and asked.path.endswith(":generateContent")
        if not known if gemini else asked.path != "/v1/chat/completions":
            return Said(404, b"<html>not found</html>", {"content-type": "text/html"})
        if gemini:
            return None if asked.headers.get("x-goog-api-key") == KEY else as_json(bodies.GEMINI_BAD_KEY, 400)
        if self.speech == "openai" and asked.headers.get("authorization") != f"Bearer {KEY}":
            return as_json(bodies.OPENAI_BAD_KEY, 401)
        return None

    def says(self, data: Any, **changes: Any) -> Said:
        """A whole answer of the protocol in which the model said this data (or, where it is a text, these words)."""
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        if self.speech == "gemini":
            body = bodies.gemini_answer({"text": text}, model=self.model)
        else:
            body = bodies.openai_chat(text, self.model)
        return as_json({**body, **changes})


def as_json(body: Any, status: int = 200, **headers: str) -> Said:
    """An answer with this JSON."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(status, json.dumps(body).encode(), {"content-type": "application/json", **names})


class _Handler(BaseHTTPRequestHandler):
    service: LlmServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.path, headers, json.loads(self.rfile.read(length)))
        self.service.asked.append(asked)
        self.service.was_asked.set()
        step = self.service.refusal(asked) or self.service.next_step()
        step = step(asked) if callable(step) else step
        if isinstance(step, str) and step in ("hang", "drip", "reset", "cut"):
            self.close_connection = True
            getattr(self, f"_{step}")()
            return
        self._send(step if isinstance(step, Said) else self.service.says(step))

    def _send(self, said: Said) -> None:
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(said.body)))
        self.end_headers()
        try:
            self.wfile.write(said.body)
        except OSError:
            self.close_connection = True  # who asked has had enough

    def _hang(self) -> None:
        self.service.leaving.wait(60)

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{")
        try:
            while not self.service.leaving.wait(0.05):
                self.wfile.write(b" ")
        except OSError:
            return

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _cut(self) -> None:
        self.wfile.write(
            b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"choices": ['
        )

    def log_message(self, *_: object) -> None:
        """Say nothing."""
