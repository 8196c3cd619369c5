"""Reading: pnst's time beside what pydicom alone, dcm2niix and nibabel need for the same files. Each is run once
unmeasured, then the best of five; in this process save for dcm2niix, which is a program; files in the system's cache.

python benchmarks/reading.py [--markdown]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nibabel as nib
import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage
from tables import machine, markdown, publish, section_parser
from timing import least_wall

import pnst
from pnst.io.study import inspect

DATA = Path(os.environ.get("PNST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
UNRELATED = 10_000


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


def dcm2niix(folder: Path, out: Path) -> Callable[[], object] | None:
    """A call of the program that converts a folder into NIfTI, not compressed; None without the program."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    program = shutil.which("dcm2niix", path=path)
    if program is None:
        return None
    command = [program, "-z", "n", "-w", "1", "-o", str(out), str(folder)]
    return lambda: subprocess.run(command, check=True, capture_output=True)


def nifti(folder: Path, shape: tuple[int, int, int] = (256, 256, 64)) -> Path:
    """A study of one gzipped NIfTI."""
    data = np.random.default_rng(3).integers(0, 4000, shape).astype(np.int16)
    nib.save(nib.Nifti1Image(data, np.diag([0.8, 0.9, 3.0, 1.0])), folder / "t1.nii.gz")
    return folder


def nibabel_alone(folder: Path) -> np.ndarray:
    """The voxels as nibabel gives them."""
    return np.asarray(nib.load(folder / "t1.nii.gz").get_fdata(dtype=np.float32))


def beside(name: str, mine: float, peers: dict[str, Callable[[], object] | None]) -> Iterator[tuple[str, ...]]:
    """A line for pnst and one for each peer that is there."""
    yield name, "**pnst**", f"**{1000 * mine:.0f}**", ""
    for peer, call in peers.items():
        if call is not None:
            seconds = least_wall(call)
            yield name, peer, f"{1000 * seconds:.0f}", f"{mine / seconds:.2f}"


def dicom_rows(name: str, folder: Path, out: Path) -> Iterator[tuple[str, ...]]:
    peers = {"pydicom alone, not sorted, placed or scaled": lambda: pydicom_alone(folder)}
    mine = least_wall(lambda: pnst.read_study(folder))
    return beside(name, mine, {**peers, "dcm2niix, to a file": dcm2niix(folder, out)})


def report() -> str:
    """The table."""
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as temporary:
        large, mixed, out, one = (Path(temporary, name) for name in ("large", "mixed", "out", "nifti"))
        for folder in (large, mixed, out, one):
            folder.mkdir()
        sarcoma = DATA / "sts001_raw" / "dicom"
        if sarcoma.is_dir():
            rows += dicom_rows("real sarcoma, 80 slices in 2 series", sarcoma, out)
        large_series(large)
        rows += dicom_rows("120 slices of 512 × 512", large, out)
        nifti(one)
        rows += beside(
            "one NIfTI, gzipped, 256×256×64",
            least_wall(lambda: pnst.read_study(one)),
            {"nibabel alone": lambda: nibabel_alone(one)},
        )
        unrelated_files(mixed)
        large_series(mixed, slices=5, side=64)
        rows += beside(f"inspect 5 slices among {UNRELATED:,} other files", least_wall(lambda: inspect(mixed)), {})
    head = ("", "tool", "wall (ms)", "pnst ÷ it")
    return f"The best of five, files in the system's cache. {machine()}.\n\n{markdown(head, rows)}"


def main() -> None:
    options = section_parser(__doc__).parse_args()
    publish("reading", report(), options.markdown)


if __name__ == "__main__":
    main()
