"""Reading DICOM: pnst's time beside what pydicom alone needs for the same files. Each is run once unmeasured, then the
best of five; both in this process, files in the system's cache.

    python benchmarks/reading.py
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

import pnst
from pnst.io.study import inspect

DATA = Path(os.environ.get("PNST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
UNRELATED = 10_000


def best_of_five(run: Callable[[], object]) -> float:
    run()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def pydicom_alone(folder: Path) -> np.ndarray:
    """Every image under the folder, read and decoded; nothing sorted, placed or scaled."""
    found = [dcmread(file) for file in sorted(folder.rglob("*.dcm"))]
    return np.concatenate([ds.pixel_array.ravel() for ds in found if "PixelData" in ds])


def large_series(folder: Path, slices: int = 120, side: int = 512) -> None:
    rng = np.random.default_rng(1)
    for k in range(slices):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID, ds.file_meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, MRImageStorage
        ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, f"2.25.1{k:04d}"
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.PatientID, ds.Modality = "2.25.7", "2.25.8", "invented", "MR"
        ds.SeriesNumber, ds.InstanceNumber, ds.SeriesDescription = 1, k + 1, "T1 tra"
        ds.ImageType, ds.RepetitionTime, ds.EchoTime = ["ORIGINAL", "PRIMARY", "M"], 550, 11
        ds.Rows = ds.Columns = side
        ds.ImageOrientationPatient, ds.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [-200, -200, 3.3 * k]
        ds.PixelSpacing, ds.SliceThickness = [0.8, 0.8], 3
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
        ds.PixelData = rng.integers(0, 4000, (side, side), dtype=np.uint16).tobytes()
        ds.save_as(folder / f"{k:04d}.dcm", enforce_file_format=True)


def unrelated_files(folder: Path) -> None:
    """Texts, pictures and tables round one series: none is opened beyond its first bytes."""
    rng = np.random.default_rng(2)
    for n in range(UNRELATED):
        inside = folder / f"{n % 100:02d}"
        inside.mkdir(exist_ok=True)
        (inside / f"{n}.{('txt', 'png', 'csv', 'bin')[n % 4]}").write_bytes(rng.bytes(2000))


def main() -> None:
    rows: list[tuple[str, float, float | None, str]] = []
    sarcoma = DATA / "sts001_raw" / "dicom"
    if sarcoma.is_dir():
        mine, theirs = best_of_five(lambda: pnst.read_study(sarcoma)), best_of_five(lambda: pydicom_alone(sarcoma))
        rows.append(("real sarcoma, 80 slices in 2 series", mine, theirs, "at most 1.5 × pydicom alone"))
    else:
        print("the real sarcoma is not here: set PNST_DATA to the folder that holds sts001_raw")
    with tempfile.TemporaryDirectory() as temporary:
        large, mixed = Path(temporary, "large"), Path(temporary, "mixed")
        large.mkdir()
        mixed.mkdir()
        large_series(large)
        mine, theirs = best_of_five(lambda: pnst.read_study(large)), best_of_five(lambda: pydicom_alone(large))
        rows.append(("120 slices of 512 × 512", mine, theirs, "at most 0.35 s"))
        unrelated_files(mixed)
        large_series(mixed, slices=5, side=64)
        rows.append(
            (f"inspect 5 slices among {UNRELATED:,} other files", best_of_five(lambda: inspect(mixed)), None, "")
        )
    print(f"{'':50}{'pnst':>9}{'pydicom':>10}{'ratio':>8}  asked")
    for name, mine, alone, asked in rows:
        beside = f"{alone:8.3f} s{mine / alone:8.2f}" if alone else f"{'':18}"
        print(f"{name:50}{mine:7.3f} s{beside}  {asked}")


if __name__ == "__main__":
    main()
