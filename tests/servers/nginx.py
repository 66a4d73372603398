"""The real nginx with deploy/nginx.conf as it is shipped, but for addresses, certificate and passwords, in front of a server."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.servers.takings import ROOT, Server

NAME, WHO, PASSWORD = "shop.example", "ana", "a secret"
_AROUND = """daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{shipped}
}}
"""


def missing() -> str:
    """Why it cannot run here; empty where it can."""
    absent = [name for name in ("nginx", "openssl") if _program(name) is None]
    return f"{' and '.join(absent)} not installed here" if absent else ""


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


class Nginx:
    """It listens at `port` with TLS until it is closed. Raises RuntimeError with what it said when it does not start."""

    def __init__(self, server: Server, folder: Path) -> None:
        certificate, key, passwords = folder / "shop.pem", folder / "shop.key", folder / "passwords"
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
                "-out", certificate, "-keyout", key,
            ],
            check=True, capture_output=True,
        )  # fmt: skip
        passwords.write_text(f"{WHO}:{{PLAIN}}{PASSWORD}\n")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        shipped = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
        for said, meant in (
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{server.port};"), ("listen 443 ", f"listen 127.0.0.1:{self.port} "),
            ("/etc/ssl/shop.example/fullchain.pem", str(certificate)), ("/etc/ssl/shop.example/privkey.pem", str(key)),
            ("/etc/nginx/takings.htpasswd;", f"{passwords};"),
        ):  # fmt: skip
            if said not in shipped:
                raise RuntimeError(f"deploy/nginx.conf does not say {said!r} any more")
            shipped = shipped.replace(said, meant)
        configuration, self._said = folder / "nginx.conf", folder / "error.log"
        user = "user root;" if os.geteuid() == 0 else ""  # else its workers are somebody who may not read the folder
        configuration.write_text(_AROUND.format(user=user, folder=folder, shipped=shipped))
        self._process = subprocess.Popen(
            [_program("nginx") or "nginx", "-c", configuration, "-p", folder, "-e", self._said],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.close()
                    said = self._said.read_text() if self._said.exists() else ""
                    raise RuntimeError(f"nginx did not start:\n{said}") from None
                time.sleep(0.05)

    def close(self) -> None:
        """It ends."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
