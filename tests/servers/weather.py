"""A weather service on loopback that speaks OpenWeather's and Open-Meteo's protocol, and may be told to misbehave."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "weather-key-4711"


class WeatherServer:
    """Answers for whatever place is asked, as of `now_ms()`; `degrees` is what it measures.

    bend: name of an answer (current, ahead, forecast, archive) -> what is made of it: a function of the answer gives
    another, a bytes is sent as it is, an int is a status with the service's own words for it.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.now_ms = now_ms
        self.degrees: Any = 12.3
        self.bend: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        handler = type("Handler", (_Handler,), {"service": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Nobody listens any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers for a question."""
        name = _NAMES.get(path)
        if name is None:
            return 404, b"<html>no such page</html>", {"content-type": "text/html"}
        bent = self.bend.get(name)
        if isinstance(bent, bytes):
            return 200, bent, {"content-type": "text/html"}
        if isinstance(bent, int):
            return bent, json.dumps(_words(name, bent)).encode(), {"retry-after": "0"} if bent == 503 else {}
        data = getattr(self, f"_{name}")(query)
        said = str(data.get("cod", 200))
        if said != "200":
            return int(said), json.dumps(data).encode(), {}
        data = bent(data) if bent is not None else data
        return 200, json.dumps(data).encode(), {"content-type": "application/json"}

    # ---- OpenWeather ----

    def _current(self, query: dict[str, str]) -> dict[str, Any]:
        refused = _unknown_key(query, "appid")
        return refused or {
            "coord": {"lon": float(query["lon"]), "lat": float(query["lat"])},
            "weather": [{"id": 500, "main": "Rain", "description": "light rain", "icon": "10d"}],
            "main": {"temp": self.degrees, "feels_like": 7.1, "humidity": 87}, "rain": {"1h": 0.42},
            "dt": self.now_ms() // 1000 - 300, "timezone": 0, "name": "Somewhere", "cod": 200,
        }  # fmt: skip

    def _ahead(self, query: dict[str, str]) -> dict[str, Any]:
        first = self.now_ms() // 10_800_000 * 10_800 + 10_800
        steps = [
            {"dt": first + 10_800 * number, "main": {"temp": self.degrees, "temp_min": 0, "temp_max": 0},
             "weather": [{"id": 803, "main": "Clouds"}], "pop": 0.1}
            for number in range(40)
        ]  # fmt: skip
        coord = {"lat": float(query["lat"]), "lon": float(query["lon"])}
        return {"cod": "200", "message": 0, "cnt": 40, "list": steps, "city": {"coord": coord, "timezone": 0}}

    # ---- Open-Meteo ----

    def _forecast(self, query: dict[str, str]) -> dict[str, Any]:
        now = datetime.fromtimestamp(self.now_ms() / 1000, UTC)
        days = [(now + timedelta(days=number)).date().isoformat() for number in range(8)]
        return {
            "latitude": float(query["latitude"]) + 0.03, "longitude": float(query["longitude"]) - 0.04,
            "utc_offset_seconds": 0, "timezone": query["timezone"],
            "current_units": {"temperature_2m": "°C"},
            "current": {"time": now.strftime("%Y-%m-%dT%H:%M"), "interval": 900, "temperature_2m": self.degrees,
                        "precipitation": 0.1, "weather_code": 61},
            "daily_units": {"temperature_2m_max": "°C"},
            "daily": {"time": days, "weather_code": [61] * 8, "temperature_2m_max": [self.degrees] * 8,
                      "temperature_2m_min": [self.degrees] * 8, "precipitation_sum": [1.5] * 8},
        }  # fmt: skip

    def _archive(self, query: dict[str, str]) -> dict[str, Any]:
        first, last = (datetime.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        count = (last - first).days + 1
        known = max(0, count - 5)  # the newest days come late
        return {
            "latitude": float(query["latitude"]), "longitude": float(query["longitude"]), "utc_offset_seconds": 0,
            "daily": {
                "time": [(first + timedelta(days=number)).date().isoformat() for number in range(count)],
                "temperature_2m_mean": [9.0] * known + [None] * (count - known),
                "temperature_2m_max": [12.0] * known + [None] * (count - known),
                "temperature_2m_min": [6.0] * known + [None] * (count - known),
                "precipitation_sum": [0.0] * known + [None] * (count - known),
            },
        }  # fmt: skip


_NAMES = {
    "/data/2.5/weather": "current", "/data/2.5/forecast": "ahead", "/v1/forecast": "forecast", "/v1/archive": "archive",
}  # fmt: skip


def _words(name: str, status: int) -> dict[str, Any]:
    if name in ("forecast", "archive"):
        return {"error": True, "reason": f"Minutely API request limit exceeded ({status})."}
    return {"cod": status, "message": f"Invalid API key {KEY}. Please see the questions."}


def _unknown_key(query: dict[str, str], name: str) -> dict[str, Any] | None:
    return None if query.get(name) == KEY else {"cod": "401", "message": "Invalid API key."}


class _Handler(BaseHTTPRequestHandler):
    service: WeatherServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.service.asked.append((parts.path, query))
        status, body, headers = self.service.answer(parts.path, query)
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: tests are quiet."""
