"""What a DICOMweb server answers: one series of five small instances, whole or spoilt on purpose."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pydicom

SAMPLE = Path(__file__).resolve().parents[1] / "sample_data" / "malignant_dicom"
STUDY, SERIES = "1.2.3", "1.2.3.4"
MULTIPART = 'multipart/related; type="application/dicom"; boundary=part'

Answer = tuple[int, str, bytes]
"""Status, content type and body."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def instance(number: int, series: str = SERIES, *, pixels: bool = True) -> bytes:
    """A small DICOM file as one part of a multipart answer."""
    dataset = pydicom.dcmread(SAMPLE / "t1/0001.dcm")
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID = STUDY, series, f"1.{number}"
    if not pixels:
        del dataset.PixelData
    buffer = pydicom.filebase.DicomBytesIO()
    dataset.save_as(buffer)
    return b"--part\r\nContent-Type: application/dicom\r\n\r\n" + buffer.getvalue() + b"\r\n--part--\r\n"


def listing(tag: str, *uids: object, **more: object) -> Answer:
    return 200, "application/dicom+json", json.dumps([{tag: {"Value": [uid]}, **more} for uid in uids]).encode()


def archive(path: str, *, listed_count: int = 5, page: int = 2, honest: bool = True) -> Answer:
    """A server of one series of five instances that answers in pages of two, and says how many there are."""
    offset = int((re.search(r"offset=(\d+)", path) or "00")[1]) if honest else 0
    path = path.partition("?")[0]
    if path.endswith("/series"):
        uids = [SERIES][offset:]
        return listing(
            "0020000E", *uids, **{"00201209": {"vr": "IS", "Value": [listed_count]}, "00080060": {"Value": ["MR"]}}
        )
    if path.endswith("/instances"):
        return listing("00080018", *[f"1.{n}" for n in range(5)][offset : offset + page])
    return 200, MULTIPART, instance(int(path.rpartition(".")[2]))


def with_instance(answer: Answer) -> Callable[[str], Answer]:
    return lambda path: archive(path) if "/instances/" not in path else answer
