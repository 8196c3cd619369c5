"""Who is let in: requests that name this machine, come from this page, and carry the token."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from http import HTTPStatus

TOKEN_HEADER = "X-Pnst-Token"  # noqa: S105  # the header's name
JUDGED = ("Host", "Origin", "Sec-Fetch-Site", TOKEN_HEADER)
SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self' data: blob:; font-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def new_token() -> str:
    """256 bits that nobody guesses; it holds as long as the server runs."""
    return secrets.token_urlsafe(32)


class Guard:
    """Judges the headers of a request to a server on one port."""

    def __init__(self, port: int, token: str) -> None:
        self._token = token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}

    def refusal(self, headers: Mapping[str, str], needs_token: bool) -> HTTPStatus | None:
        """None where the request is let in.

        The name stops pages that point their own domain at this machine (DNS rebinding), the origin other pages, the
        token everybody else on this machine. Nothing that a browser adds by itself, as it does cookies, lets in.
        """
        if headers.get("Host", "").lower() not in self._hosts:
            return HTTPStatus.MISDIRECTED_REQUEST
        origin = headers.get("Origin")
        if origin is not None and origin.lower() not in {f"http://{host}" for host in self._hosts}:
            return HTTPStatus.FORBIDDEN
        if headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return HTTPStatus.FORBIDDEN
        given = headers.get(TOKEN_HEADER, "").encode("utf-8", "replace")
        if needs_token and not hmac.compare_digest(given, self._token.encode()):
            return HTTPStatus.FORBIDDEN
        return None
