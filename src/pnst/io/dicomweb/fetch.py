"""A study from a DICOMweb server (PS3.18: QIDO-RS lists it, WADO-RS brings it), one instance at a time."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from pnst.errors import InputError
from pnst.io.atomic import atomic_folder
from pnst.io.dicomweb.address import Address, is_uid
from pnst.io.dicomweb.server import connect, not_dicomweb, not_on_server, response_errors

if TYPE_CHECKING:
    from dicomweb_client.api import DICOMwebClient

_SERIES, _INSTANCE = "0020000E", "00080018"
_MODALITY, _INSTANCES_OF_SERIES = "00080060", "00201209"
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_UNDEFINED = 0xFFFFFFFF

MAX_SERIES, MAX_INSTANCES = 10_000, 100_000
"""Of a study, and of one of its series (ours): ten times what the largest studies of functional imaging have."""
MAX_STUDY_BYTES = 1 << 36
"""Of all instances on disk, 64 GiB (ours): a server that never ends must not fill it."""
_MODALITY_FORM = re.compile(r"[A-Z0-9_]{1,16}")

Progress = Callable[[str], None]


@dataclass(frozen=True)
class FetchedSeries:
    """One series that was brought."""

    uid: str
    """Series Instance UID, and the name of its folder."""
    modality: str
    """As the server lists it; empty where it does not."""
    files: tuple[str, ...]
    """Relative to the folder of the study: `<series UID>/<SOP instance UID>.dcm`."""


def fetch_study(
    url: str,
    folder: str | Path,
    study: str | None = None,
    series: str | None = None,
    progress: Progress = lambda _: None,
) -> tuple[FetchedSeries, ...]:
    """Bring a study, or one series of it, from a DICOMweb server into a new folder, in the encoding it is stored in.

    The folder appears whole or not at all; no more than one instance is in memory. `url`, `study` and `series` as in
    `Address.parse`; `progress` receives what is being done, in words that name no patient.

    Raises `SettingError` for a URL or credentials that cannot be used, and `InputError` where the optional
    dicomweb-client is not installed, the folder is not empty, the server cannot be reached, refuses, does not have the
    study, or sends less or something else than it lists.
    """
    address = Address.parse(url, study, series)
    room = _Room(address, MAX_STUDY_BYTES)
    with connect(address) as client:
        progress("asking for the series")
        listed = _list_series(client, address)
        with atomic_folder(Path(folder)) as temporary:
            return tuple(
                _fetch_series(client, room, entry, temporary, progress, f"series {number} of {len(listed)}")
                for number, entry in enumerate(listed, start=1)
            )


@dataclass
class _Room:
    """What the study may still take on disk."""

    address: Address
    left: int

    def take(self, file: Path) -> None:
        self.left -= file.stat().st_size
        if self.left < 0:
            raise not_dicomweb(self.address, f"a study of more than {MAX_STUDY_BYTES} bytes")


def _fetch_series(
    client: DICOMwebClient, room: _Room, entry: Mapping[str, Any], folder: Path, progress: Progress, which: str
) -> FetchedSeries:
    address = room.address
    series = _uid_of(entry, _SERIES, address)
    instances = _list_instances(client, address, series)
    _require_all(entry, len(instances), address)
    (folder / series).mkdir()
    files = []
    for number, instance in enumerate(instances, start=1):
        progress(f"{which}, instance {number} of {len(instances)}")
        files.append(f"{series}/{instance}.dcm")
        _fetch_instance(client, address, series, instance, folder / files[-1])
        room.take(folder / files[-1])
    modality = _value(entry, _MODALITY)
    is_code = isinstance(modality, str) and _MODALITY_FORM.fullmatch(modality)
    return FetchedSeries(series, modality if is_code else "", tuple(files))


def _fetch_instance(client: DICOMwebClient, address: Address, series: str, instance: str, file: Path) -> None:
    with response_errors(address, "instance"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on odd headers are for the reading, which judges the files
        dataset = client.retrieve_instance(address.study, series, instance)
        asked = (address.study, series, instance)
        sent = tuple(str(dataset.get(name)) for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"))
        if sent != asked:
            raise not_dicomweb(address, "another instance than the one asked for")
        if _breaks_off(dataset):
            raise not_dicomweb(address, "an instance that breaks off before its end")
        dataset.save_as(file)


def _breaks_off(dataset: Dataset) -> bool:
    """Whether the last element is shorter than it says, or an image lacks pixels: pydicom warns of neither."""
    last = dataset.get_item(max(dataset.keys()))
    short = isinstance(last, RawDataElement) and last.length not in (_UNDEFINED, len(last.value or b""))
    return short or ("Rows" in dataset and not any(name in dataset for name in _PIXELS))


def _list_series(client: DICOMwebClient, address: Address) -> list[Mapping[str, Any]]:
    """The series asked for, each once. Raises `InputError` where the server has none of them."""
    with response_errors(address, "study"):
        listed = _pages(
            lambda offset: client.search_for_series(address.study, offset=offset), _SERIES, address, MAX_SERIES
        )
    if not listed:
        raise not_on_server(address, "study")
    chosen = [entry for uid, entry in listed.items() if address.series in (None, uid)]
    if not chosen:
        raise not_on_server(address, "series")
    return chosen


def _list_instances(client: DICOMwebClient, address: Address, series: str) -> list[str]:
    with response_errors(address, "series"):
        return list(
            _pages(
                lambda offset: client.search_for_instances(address.study, series, offset=offset),
                _INSTANCE,
                address,
                MAX_INSTANCES,
            )
        )


def _pages(
    page: Callable[[int], list[dict[str, Any]]], tag: str, address: Address, limit: int
) -> dict[str, Mapping[str, Any]]:
    """UID → entry, over all pages of a search, until one brings nothing new (some servers ignore the offset).

    Raises `InputError` for more than `limit`.
    """
    entry_by_uid: dict[str, Mapping[str, Any]] = {}
    while True:
        before = len(entry_by_uid)
        for entry in page(before):
            entry_by_uid.setdefault(_uid_of(entry, tag, address), entry)
        if len(entry_by_uid) > limit:
            raise not_dicomweb(address, f"a list of more than {limit} entries")
        if len(entry_by_uid) == before:
            return entry_by_uid


def _require_all(entry: Mapping[str, Any], listed: int, address: Address) -> None:
    """Refuse a series of which the server lists no instances, or fewer or more than it says it has."""
    count = _value(entry, _INSTANCES_OF_SERIES)
    is_count = isinstance(count, str | int) and re.fullmatch("[0-9]{1,9}", str(count))
    expected_count = int(count) if is_count else None
    if listed == 0 or (expected_count is not None and listed != max(expected_count, 1)):
        raise InputError(
            "cannot fetch a series whole",
            got=f"{address.host} lists {listed} of its {max(expected_count or 1, 1)} instances",
            expected="all of them",
            remedy="try again; if it stays so, the server limits its searches: ask its administrator",
        )


def _value(entry: Mapping[str, Any], tag: str) -> Any:
    """First value of an attribute in the DICOM JSON model (PS3.18 F.2), or None, also where it is of another form."""
    attribute = entry.get(tag)
    values = attribute.get("Value") if isinstance(attribute, dict) else None
    return values[0] if isinstance(values, list) and values else None


def _uid_of(entry: Mapping[str, Any], tag: str, address: Address) -> str:
    """A UID that the server lists: digits and dots alone, so that it is safe as a file's name."""
    uid = _value(entry, tag)
    if not isinstance(uid, str) or not is_uid(uid):
        raise not_dicomweb(address, "an entry without a valid UID")
    return uid
