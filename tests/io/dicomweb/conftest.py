"""A DICOMweb server on loopback that answers as a test wants, and an environment without credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from dicomweb_answers import Answer
from local_http import QuietHandler, local_servers


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch):
    for name in ("TOKEN", "USER", "PASSWORD"):
        monkeypatch.delenv(f"PNST_DICOMWEB_{name}", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def speak() -> Iterator[Callable[[Callable[[str], Answer]], tuple[str, list[str]]]]:
    """Start a server that answers each path by a function: its URL, and the Authorization headers it was sent."""
    with local_servers() as serve:

        def start(answer: Callable[[str], Answer]) -> tuple[str, list[str]]:
            signed: list[str] = []

            class Handler(QuietHandler):
                def do_GET(self) -> None:
                    signed.append(self.headers.get("Authorization", ""))
                    assert self.headers["Host"] == f"127.0.0.1:{self.server.server_port}"
                    self.answer(*answer(self.path))

            return f"dicomweb://127.0.0.1:{serve(Handler)}/root", signed

        yield start
