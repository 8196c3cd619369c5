"""The DICOM objects of a run to a DICOMweb server (PS3.18 10.5, STOW-RS), one instance a request."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from pnst.errors import InputError
from pnst.io.dicomweb.address import Address, is_uid
from pnst.io.dicomweb.server import STORE, TIMEOUT_S, not_dicomweb, refused, response_errors, signed_session
from pnst.io.output_folder import settle
from pnst.io.results import DICOM
from pnst.regular_file import read_regular

MAX_BYTES = 1 << 30
"""Of one object (ours)."""

_REFERENCED, _FAILED = "00081199", "00081198"
_INSTANCE, _REASON, _WARNING = "00081155", "00081197", "00081196"
_ACCEPTED, _CONFLICT = (200, 202), 409
_REASONS = {
    0x0110: "it could not process the object",
    0x0111: "it has an instance of this UID already",
    0x0117: "a UID that it cannot use",
    0x0122: "it does not store objects of this kind",
    0x0124: "this user may not store",
    0xA700: "it has no room",
    0xA900: "the object does not match its kind",
    0xC000: "it does not understand the object",
}
"""Failure Reason (0008,1197), PS3.4 B.2.3 and PS3.18 table 10.5.3-2; of a range of codes its first."""
_UIDS = ("StudyInstanceUID", "SOPInstanceUID")
_BOUNDARY = "pnst-b31c7a6e5d9f4c02"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class StoredObject:
    """What became of one object."""

    file: str
    refusal: str | None = None
    """Why the server did not store it; None where it did."""
    warning: str | None = None
    """What the server changed in it, where it said so."""


@dataclass(frozen=True)
class _Object:
    file: str
    content: bytes
    study: str
    instance: str


def push_results(url: str, folder: str | Path, progress: Progress = lambda _: None) -> tuple[StoredObject, ...]:
    """Store the DICOM objects of a folder of results at a server, and check its answer for each.

    `url` as in `Address.of_service`; `progress` receives what is being done, in words that name no patient. An object
    that the server refuses does not keep the others from it.

    Raises `SettingError` for a URL or credentials that cannot be used, and `InputError` where the optional
    dicomweb-client is not installed, the folder holds no such objects, the server cannot be reached, refuses the user,
    or does not answer as STOW-RS does.
    """
    objects = _read_objects(Path(folder))
    address = Address.of_service(url, objects[0].study)
    with signed_session(STORE) as session:
        return tuple(
            _store(session, address, one, progress, f"object {number} of {len(objects)}")
            for number, one in enumerate(objects, start=1)
        )


def _read_objects(folder: Path) -> list[_Object]:
    """The objects, all of one study. Raises `InputError` where there is none, or where they do not belong together."""
    settle(folder)
    objects = [_read(folder / name) for name in DICOM if os.path.lexists(folder / name)]
    if not objects:
        raise InputError(
            f"there is nothing to store in {folder.name!r}",
            got=f"none of {', '.join(DICOM)}" if os.path.isdir(folder) else "no such folder",
            expected="the folder of results of a run with DICOM objects",
            remedy="make them with pnst run --dicom",
        )
    if len({one.study for one in objects}) > 1:
        raise _bad_object(folder, "objects of several studies")
    return objects


def _read(file: Path) -> _Object:
    try:
        content = read_regular(file, MAX_BYTES)
        header = dcmread(BytesIO(content), stop_before_pixels=True, specific_tags=list(_UIDS))
        study, instance = (str(header.get(name)) for name in _UIDS)
    except (OSError, InvalidDicomError, EOFError) as error:
        raise _bad_object(file, getattr(error, "strerror", None) or "no DICOM file") from error
    if not (is_uid(study) and is_uid(instance)):
        raise _bad_object(file, "a DICOM file without the UIDs of its study and its own")
    return _Object(file.name, content, study, instance)


def _bad_object(path: Path, got: str) -> InputError:
    return InputError(
        f"cannot store {path.name!r}",
        got=got,
        expected="the DICOM objects of one run, as it left them",
        remedy="make them again with pnst run --dicom",
    )


def _store(session: Any, address: Address, one: _Object, progress: Progress, which: str) -> StoredObject:
    progress(f"storing {one.file} ({which})")
    kind = f'multipart/related; type="application/dicom"; boundary={_BOUNDARY}'
    headers = {"Content-Type": kind, "Accept": "application/dicom+json"}
    with response_errors(address, "object", STORE):
        # A redirection would turn the POST into a GET, which stores nothing.
        response = session.post(
            f"{address.service}/studies",
            data=_multipart(one.content),
            headers=headers,
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )
        if response.status_code not in (*_ACCEPTED, _CONFLICT):
            raise refused(address, "object", response.status_code, STORE)
        return _outcome(_answer(response, address), one, address, response.status_code)


def _multipart(content: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    return head + content + f"\r\n--{_BOUNDARY}--\r\n".encode()


def _answer(response: Any, address: Address) -> Mapping[str, Any]:
    """The data set of the answer (PS3.18 F.2); an empty one of a refusal without words."""
    if response.status_code == _CONFLICT and not response.content:
        return {}
    answer = response.json()
    data = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
    if not isinstance(data, dict):
        raise not_dicomweb(address, "an answer that does not say what was stored", STORE)
    return data if response.status_code != _CONFLICT or _FAILED in data else {}


def _outcome(answer: Mapping[str, Any], one: _Object, address: Address, status: int) -> StoredObject:
    for item in _items(answer, _FAILED):
        if _first(item, _INSTANCE) == one.instance:
            return StoredObject(one.file, refusal=_reason(_first(item, _REASON)))
    for item in _items(answer, _REFERENCED):
        if _first(item, _INSTANCE) == one.instance:
            warning = _first(item, _WARNING)
            return StoredObject(one.file, warning=None if warning is None else "the server changed some of it")
    if status == _CONFLICT and not answer:
        return StoredObject(one.file, refusal=f"it gives no reason (HTTP status {status})")
    raise not_dicomweb(address, "an answer that does not name the object", STORE)


def _reason(code: object) -> str:
    """The failure in words; the high byte, or four bits, of a code name its kind."""
    if not isinstance(code, int):
        return "it gives no reason"
    kinds = (code, code & 0xFF00, code & 0xF000)
    words = next((_REASONS[kind] for kind in kinds if kind in _REASONS), "for a reason of its own")
    return f"{words} (code {code:04X})"


def _items(data: Mapping[str, Any], tag: str) -> Sequence[Any]:
    element = data.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return [item for item in values if isinstance(item, dict)] if isinstance(values, list) else []


def _first(item: Mapping[str, Any], tag: str) -> object:
    element = item.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return values[0] if isinstance(values, list) and values else None
