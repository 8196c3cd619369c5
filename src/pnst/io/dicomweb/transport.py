"""What carries a server's answers: every byte of one is counted, on the wire and unpacked, and its time is limited."""

from __future__ import annotations

import http.client
import io
import time
import zlib
from collections.abc import Mapping
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

MAX_LISTING_BYTES = 1 << 26
"""Of a list of series or instances: 64 MiB, a hundred thousand entries at twice what servers send of one (ours)."""
MAX_INSTANCE_BYTES = 1 << 29
"""Of one instance: half a gigabyte, a multi-frame object of a thousand slices of 512 × 512; it is in memory."""
MAX_ANSWER_S = 600.0
"""For one answer from its first byte to its last (ours): the largest instance at 1 MB/s."""

MAX_INFLATED_BYTES = 1 << 28
"""Of what is deflated in an instance, as in `pnst.io.dicom.deflated`: pydicom would inflate it without a bound."""

_CHUNK = 1 << 16
_FILE_GROUP, _DEFLATED = b"DICM\2\0\0\0UL\4\0", b"1.2.840.10008.1.2.1.99"
_LISTED = "json"


class ExcessiveAnswerError(Exception):
    """An answer without an end; its text says in which respect."""


class _Meter(io.RawIOBase):
    """The bytes of one answer as they come: headers, lengths of chunks and body, and how long they take."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw, self._left = raw, MAX_INSTANCE_BYTES + _CHUNK
        self._end = time.monotonic() + MAX_ANSWER_S

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time.monotonic() > self._end:
            raise ExcessiveAnswerError(f"an answer that takes longer than {MAX_ANSWER_S:g} s")
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise ExcessiveAnswerError(f"an answer of more than {MAX_INSTANCE_BYTES} bytes")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _MeteredResponse(http.client.HTTPResponse):
    def __init__(self, sock: Any, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp = io.BufferedReader(_Meter(self.fp.detach()))


class _Connection(HTTPConnection):
    response_class = _MeteredResponse


class _SecureConnection(HTTPSConnection):
    response_class = _MeteredResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class MeteredAdapter(HTTPAdapter):  # type: ignore[misc] # without types
    """Reads each answer whole, within its bounds. Raises `ExcessiveAnswerError`, and then asks no more."""

    _refusal: ExcessiveAnswerError | None = None

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Connections whose answers are metered."""
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, *arguments: Any, **named: Any) -> Any:
        """The same through a proxy."""
        manager = super().proxy_manager_for(*arguments, **named)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager

    def send(self, request: PreparedRequest, *arguments: Any, **named: Any) -> Response:
        """Send the request; the answer's body is in the response, as if it had not been streamed."""
        if self._refusal is not None:  # the client asks again, whatever went wrong
            raise self._refusal
        try:
            response = super().send(request, *arguments, **{**named, "stream": True})
            limit = MAX_LISTING_BYTES if _LISTED in request.headers.get("Accept", "") else MAX_INSTANCE_BYTES
            with response:
                response._content = _body(response, limit)
                response._content_consumed = True
            _check_deflated(response._content)
        except ExcessiveAnswerError as error:
            self._refusal = error
            raise
        return response


def _body(response: Response, limit: int) -> bytes:
    """The body, unpacked, of at most so many bytes."""
    _check_promise(response.headers, limit)
    parts, count = [], 0
    for part in response.iter_content(_CHUNK):
        count += len(part)
        if count > limit:
            raise ExcessiveAnswerError(f"an answer of more than {limit} bytes")
        parts.append(part)
    return b"".join(parts)


def _check_promise(headers: Mapping[str, str], limit: int) -> None:
    promised = headers.get("Content-Length", "0").strip()
    if not (promised.isascii() and promised.isdecimal()):
        raise ExcessiveAnswerError("a Content-Length that is no number")
    if len(promised) > 18 or int(promised) > limit:
        raise ExcessiveAnswerError(f"an answer that promises more than {limit} bytes")


def _check_deflated(body: bytes) -> None:
    """Refuse a deflated DICOM file in the body that inflates to more than it may."""
    place = body.find(_FILE_GROUP)
    while place >= 0:
        group = place + len(_FILE_GROUP) + 4
        start = group + int.from_bytes(body[group - 4 : group], "little")
        if _DEFLATED in body[group:start]:
            inflater, count, packed = zlib.decompressobj(-zlib.MAX_WBITS), 0, body[start:]
            while packed and not inflater.eof:
                count += len(inflater.decompress(packed, MAX_INFLATED_BYTES // 16))
                packed = inflater.unconsumed_tail
                if count > MAX_INFLATED_BYTES:
                    raise ExcessiveAnswerError(f"an instance that inflates to more than {MAX_INFLATED_BYTES} bytes")
        place = body.find(_FILE_GROUP, group)
