"""A DICOMweb server on loopback that answers as a test wants, and an environment without credentials."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dicomweb_answers import Answer


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch):
    for name in ("TOKEN", "USER", "PASSWORD"):
        monkeypatch.delenv(f"PNST_DICOMWEB_{name}", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def speak() -> Iterator[Callable[[Callable[[str], Answer]], tuple[str, list[str]]]]:
    """Start a server that answers each path by a function: its URL, and the Authorization headers it was sent."""
    servers = []

    def start(answer: Callable[[str], Answer]) -> tuple[str, list[str]]:
        signed: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                signed.append(self.headers.get("Authorization", ""))
                assert self.headers["Host"] == f"127.0.0.1:{server.server_port}"
                status, kind, body = answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"dicomweb://127.0.0.1:{server.server_port}/root", signed

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
