"""Fetch the collection's MR studies and contours from the NCI Imaging Data Commons, patient by patient.

pip install idc-index          # for this step alone; pnst does not need it
python download.py --plan      # what there is, its licence and whom to cite; nothing is fetched
python download.py DATA        # DATA/STS_001, …; run it again to go on where it ended

A patient's folder appears whole or not at all: with every file and every byte that the index promises.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

COLLECTION = "soft_tissue_sarcoma"
MODALITIES = ("MR", "RTSTRUCT")
TEMPLATE = "%Modality_%SeriesInstanceUID"
"""Below the patient's folder: each patient has one MR study."""
CHECKSUMS, SERIES, ATTRIBUTION = "checksums.sha256", "series.csv", "ATTRIBUTION.txt"
CITE = """Vallières M, Freeman CR, Skamene SR, El Naqa I (2015). A radiomics model from joint FDG-PET and MRI texture
features for the prediction of lung metastases in soft-tissue sarcomas of the extremities. The Cancer Imaging Archive.
DOI 10.7937/K9/TCIA.2015.7GO2GSKS; and under the same title, Physics in Medicine and Biology,
DOI 10.1088/0031-9155/60/14/5471
Clark K, Vendt B, Smith K, et al. (2013). The Cancer Imaging Archive (TCIA): Maintaining and Operating a Public
Information Repository. Journal of Digital Imaging 26(6), 1045-1057. DOI 10.1007/s10278-013-9622-7
Fedorov A, Longabaugh WJR, Pot D, et al. (2023). National Cancer Institute Imaging Data Commons: Toward Transparency,
Reproducibility, and Scalability in Imaging Artificial Intelligence. RadioGraphics 43(12). DOI 10.1148/rg.230180
"""


class Client(Protocol):
    """What is used of `idc_index.IDCClient`."""

    index: pd.DataFrame
    """One row a series."""

    def download_from_selection(
        self,
        downloadDir: str,
        *,
        seriesInstanceUID: Sequence[str],
        quiet: bool,
        show_progress_bar: bool,
        dirTemplate: str,
    ) -> None:
        """Have the files of these series put below a folder, as the template says."""


class DownloadError(Exception):
    """Why a patient, or all of them, cannot be had."""


def wanted(index: pd.DataFrame) -> pd.DataFrame:
    """The series of the patients' MR studies, one row each.

    The PET studies hold MR series, too: copies of these that were resampled onto the grid of PET.
    """
    own = index[index["collection_id"] == COLLECTION]
    if own.empty:
        raise DownloadError(f"the index knows no collection {COLLECTION}: install a newer idc-index")
    of_pet = own.loc[own["Modality"] == "PT", "StudyInstanceUID"].unique()
    kept = own[own["Modality"].isin(MODALITIES) & ~own["StudyInstanceUID"].isin(of_pet)]
    return kept.sort_values(["PatientID", "StudyInstanceUID", "Modality", "SeriesInstanceUID"])


def attribution(series: pd.DataFrame) -> str:
    """Where the files come from, under which licence, and whom to cite."""
    licences, sources = (" and ".join(sorted(series[name].dropna().unique())) for name in _ORIGIN)
    return (
        "Soft-tissue-Sarcoma of The Cancer Imaging Archive, fetched from the NCI Imaging Data Commons.\n"
        f"Licence: {licences}. Source: DOI {sources}. Unchanged, but for the folders that the files lie in.\n\n"
        f"Cite:\n\n{CITE}"
    )


_ORIGIN = ("license_short_name", "source_DOI")


def count_table(series: pd.DataFrame) -> str:
    """Series, patients, files and size by modality."""
    lines = []
    for modality, part in series.groupby("Modality"):
        counts = f"{len(part)} series of {part['PatientID'].nunique()} patients, {part['instanceCount'].sum()} files"
        lines.append(f"{modality}: {counts}, {part['series_size_MB'].sum() / 1000:.2f} GB")
    return "\n".join(lines)


def download(client: Client, out: Path) -> list[str]:
    """Fetch what is not there; the patients that failed, which the next call tries again."""
    series = wanted(client.index)
    out.mkdir(parents=True, exist_ok=True)
    missing = {p: own for p, own in series.groupby("PatientID") if not is_whole(out / str(p), own)}
    _check_room(out, sum(own["series_size_MB"].sum() for own in missing.values()) * 1e6)
    (out / ATTRIBUTION).write_text(attribution(series), encoding="utf-8")
    _series_table(series).to_csv(out / SERIES, index=False)
    failed = []
    for number, (patient, own) in enumerate(missing.items(), start=1):
        try:
            _fetch(client, out, str(patient), own)
            print(f"[{number}/{len(missing)}] {patient}: {len(own)} series, {own['series_size_MB'].sum():.0f} MB")
        except DownloadError as error:
            failed.append(str(patient))
            print(f"[{number}/{len(missing)}] {patient}: {error}", file=sys.stderr)
    print(f"{series['PatientID'].nunique() - len(missing)} patients kept, {len(missing) - len(failed)} fetched")
    return failed


def is_whole(folder: Path, series: pd.DataFrame) -> bool:
    """Whether a patient's folder holds what it held when it was fetched, and that is what is wanted."""
    file = folder / CHECKSUMS
    if not file.is_file():
        return False
    noted = dict(line.split("  ", 1)[::-1] for line in file.read_text(encoding="utf-8").splitlines())
    same = noted == {name: _digest(folder / name) for name in _files(folder)}
    return same and {Path(name).parent.as_posix() for name in noted} == set(map(_place, series.to_dict("records")))


def _fetch(client: Client, out: Path, patient: str, series: pd.DataFrame) -> None:
    """One patient: fetched into a hidden folder, checked, and then renamed."""
    staging, place = out / f".{patient}", out / patient
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        _ask(client, staging, series["SeriesInstanceUID"].tolist())
        for row in series.to_dict("records"):
            _check_series(staging, row)
        sums = "".join(f"{_digest(staging / name)}  {name}\n" for name in _files(staging))
        (staging / CHECKSUMS).write_text(sums, encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)  # damaged, or of an older index
        os.replace(staging, place)
    except OSError as error:
        raise DownloadError(f"cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _ask(client: Client, folder: Path, uids: Sequence[str]) -> None:
    """Have the series fetched. What did not come is seen from the files, whatever the client says of it."""
    try:
        client.download_from_selection(
            str(folder), seriesInstanceUID=uids, quiet=True, show_progress_bar=False, dirTemplate=TEMPLATE
        )
    except Exception as error:
        raise DownloadError(f"cannot be fetched ({type(error).__name__}: {error})") from error


def _check_series(folder: Path, row: dict[str, Any]) -> None:
    """Raise `DownloadError` unless all files and bytes of a series are there; the index counts both."""
    sizes = [file.stat().st_size for file in (folder / _place(row)).glob("*") if file.is_file()]
    promised = int(row["instanceCount"]), round(row["series_size_MB"] * 1e6)
    if (len(sizes), sum(sizes)) != promised:
        raise DownloadError(
            f"{row['Modality']} {row['SeriesDescription']!r}: {len(sizes)} files of {sum(sizes)} bytes came, "
            f"{promised[0]} of {promised[1]} were promised; run it again"
        )


def _check_room(out: Path, needed: float) -> None:
    free = shutil.disk_usage(out).free
    if free < needed:
        raise DownloadError(f"{needed / 1e9:.2f} GB are needed in {out.name!r}, {free / 1e9:.2f} GB are free")


def _files(folder: Path) -> Iterator[str]:
    """Every file of a patient but the checksums, by its name below the folder."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != CHECKSUMS:
            yield file.relative_to(folder).as_posix()


def _place(row: dict[str, Any]) -> str:
    """Where a series lies below its patient's folder: `TEMPLATE`, filled in."""
    return f"{row['Modality']}_{row['SeriesInstanceUID']}"


def _series_table(series: pd.DataFrame) -> pd.DataFrame:
    """What was fetched, as far as a choice between series needs it; dates and sexes are left out."""
    places = [f"{row['PatientID']}/{_place(row)}" for row in series.to_dict("records")]
    names = {"PatientID": "patient", "Modality": "modality", "SeriesDescription": "description"}
    return series[[*names]].rename(columns=names).assign(folder=places)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def real_client() -> Client:
    """The client of the Imaging Data Commons. Raises `DownloadError` where it is not installed."""
    try:
        from idc_index import IDCClient
    except ImportError as error:
        raise DownloadError("this step needs idc-index: pip install idc-index") from error
    return IDCClient.client()


def main(arguments: list[str] | None = None, client: Client | None = None) -> int:
    """Exit status: 0 done, 1 some patients failed, 2 nothing can be fetched."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", help="folder for the patients")
    parser.add_argument("--plan", action="store_true", help="say what would be fetched, and fetch nothing")
    asked = parser.parse_args(arguments)
    if asked.data is None and not asked.plan:
        parser.error("name a folder, or ask with --plan")
    try:
        client = client or real_client()
        series = wanted(client.index)
        print(f"{count_table(series)}\n\n{attribution(series)}")
        return 0 if asked.plan else int(bool(download(client, asked.data)))
    except DownloadError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
