"""The server: on this machine alone, for one study, as long as the command runs."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pnst.errors import PnstError, SettingError
from pnst.viewer.guard import JUDGED, SAFE_HEADERS, Guard, new_token
from pnst.viewer.page_files import page_files
from pnst.viewer.refusals import four_parts, inner_fault
from pnst.viewer.requests import GETS, JSON, POSTS, Reply
from pnst.viewer.session import Session

LOOPBACK = "127.0.0.1"
MOST_BYTES = 1 << 20
"""Of a request's body: a stroke of 20,000 points has 600 KB."""
SECONDS = 15.0
"""For a request to arrive whole."""
MOST_AT_ONCE = 64
"""Connections; a browser opens six."""


class ViewerServer(ThreadingHTTPServer):
    """Serves one session. Raises `SettingError` for a port that is taken."""

    daemon_threads = True
    allow_reuse_address = os.name == "posix"
    """There it frees a port whose last connections are still closing; elsewhere it would share one that is in use."""
    request_queue_size = MOST_AT_ONCE

    def __init__(self, session: Session, port: int = 0) -> None:
        self.session, self.token = session, new_token()
        self._slots = threading.BoundedSemaphore(MOST_AT_ONCE)
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except (OSError, OverflowError) as error:
            raise SettingError(
                "the port cannot be had",
                got=f"{port}: {getattr(error, 'strerror', None) or 'no port'}",
                expected="a port of this machine that nothing listens on",
                remedy="give another with --port, or leave it out",
            ) from error
        self.guard = Guard(self.server_port, self.token)

    @property
    def address(self) -> str:
        """What to open. The token stands behind #, which no browser sends anywhere."""
        return f"http://{LOOPBACK}:{self.server_port}/#{self.token}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread a connection, so many at once; more are turned away."""
        if self._slots.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, then make room."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a connection that broke is its browser's affair, and no log may hold what was asked."""


class _Handler(BaseHTTPRequestHandler):
    """One request a connection."""

    server: ViewerServer
    server_version, sys_version = "pnst", ""
    timeout = SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it
        """Nothing is logged."""

    def handle(self) -> None:
        """The request, ended from outside where it does not arrive in time: a byte now and then is no life sign."""
        late = threading.Timer(SECONDS, self._hang_up)
        late.daemon = True
        late.start()
        self._late = late
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        finally:
            late.cancel()

    def _hang_up(self) -> None:
        try:
            self.connection.shutdown(2)
        except OSError:  # it is gone
            return

    def do_GET(self) -> None:
        """The page's files, and what there is to see."""
        self._late.cancel()
        url = urlsplit(self.path)
        if not self._is_let_in(url.path):
            return
        if url.path in GETS:
            query = dict(parse_qsl(url.query, max_num_fields=8))
            self._answer(lambda: GETS[url.path](self.server.session, query))
        elif url.path in page_files():
            self._send(HTTPStatus.OK, Reply(*page_files()[url.path]))
        else:
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED if url.path in POSTS else HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """An edit; it is answered by what holds then."""
        path = urlsplit(self.path).path
        if not self._is_let_in(path):
            return
        if path not in POSTS:
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED if path in GETS else HTTPStatus.NOT_FOUND)
            return
        content = self._body()
        if content is not None:
            self._answer(lambda: self._edited(path, content))

    def _edited(self, path: str, content: bytes) -> Reply:
        POSTS[path](self.server.session, content)
        return GETS["/api/status"](self.server.session, {})

    def _is_let_in(self, path: str) -> bool:
        status = self.server.guard.refusal(_single(self.headers), path not in page_files())
        if status is not None:
            self._refuse(status)
        return status is None

    def _body(self) -> bytes | None:
        """The body; None where it was refused."""
        length = self.headers.get("Content-Length", "")
        refusal = self._body_refusal(length)
        content = b"" if refusal is not None else self.rfile.read(int(length))
        self._late.cancel()
        if refusal is None and len(content) == int(length):
            return content
        self._refuse(refusal or HTTPStatus.BAD_REQUEST)
        return None

    def _body_refusal(self, length: str) -> HTTPStatus | None:
        """Why a body is not read; None where it is."""
        if self.headers.get("Transfer-Encoding") is not None or not (length.isascii() and length.isdigit()):
            return HTTPStatus.LENGTH_REQUIRED
        if len(length) > 9 or int(length) > MOST_BYTES:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if self.headers.get_content_type() != "application/json":
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        return None

    def _answer(self, work: Callable[[], Reply]) -> None:
        try:
            reply = work()
        except PnstError as error:
            self._send_refusal(HTTPStatus.BAD_REQUEST, error)
        except ConnectionError:
            raise
        except Exception as error:
            self._send_refusal(HTTPStatus.INTERNAL_SERVER_ERROR, inner_fault(error))
        else:
            self._send(HTTPStatus.OK, reply)

    def _refuse(self, status: HTTPStatus) -> None:
        """A refusal that tells nothing but itself."""
        self._send(status, Reply(json.dumps({"error": status.phrase}).encode()))

    def _send_refusal(self, status: HTTPStatus, error: PnstError) -> None:
        self._send(status, Reply(json.dumps(four_parts(error), ensure_ascii=False).encode(), JSON))

    def _send(self, status: HTTPStatus, reply: Reply) -> None:
        self.send_response_only(status)
        for name, value in SAFE_HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the base class refuses (a method, a line that is none), as we refuse."""
        self._refuse(HTTPStatus(code))


def _single(headers: Message) -> Mapping[str, str]:
    """The headers that are judged, by name; one that comes twice is as good as wrong."""
    return {name: ", ".join(headers.get_all(name, [])) for name in JUDGED if name in headers}
