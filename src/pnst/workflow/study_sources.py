"""Studies before anything is measured, and results after: what is in a folder, what a server has, and gets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pnst.workflow.inputs import Progress, StrPath, no_progress

if TYPE_CHECKING:
    from pnst.io.dicomweb.fetch import FetchedSeries
    from pnst.io.dicomweb.push import StoredObject
    from pnst.io.lesion_files import LesionFile as LesionFile  # for the command line's types
    from pnst.io.series_guess import SeriesGuess as SeriesGuess


def inspect(study: StrPath, keep_identity: bool = True) -> list[SeriesGuess]:
    """Each series of a study with the role guessed for it, and why.

    Without `keep_identity` they name no file and hold no free text of a header, so that they may be written.
    """
    from pnst.io.series_identity import without_identity
    from pnst.io.study import inspect as guesses

    series = guesses(study)
    return series if keep_identity else without_identity(series)


def lesion_files_at(study: StrPath, keep_identity: bool = True) -> list[LesionFile]:
    """The files of a study that may hold a lesion, with their regions.

    Without `keep_identity` a name is told as far as it is made of the field's words, else as a number.
    """
    from pnst.io.lesion_files import find_lesion_files, without_identity

    listed = find_lesion_files(Path(study))
    return listed if keep_identity else [without_identity(file, n) for n, file in enumerate(listed, start=1)]


def fetch(
    url: str, out: Path, study: str | None = None, series: str | None = None, progress: Progress = no_progress
) -> tuple[FetchedSeries, ...]:
    """Bring a study from a DICOMweb server into a new folder."""
    from pnst.io.dicomweb.fetch import fetch_study

    return fetch_study(url, out, study, series, progress)


def push(url: str, folder: Path, progress: Progress = no_progress) -> tuple[StoredObject, ...]:
    """Store the DICOM objects of a folder of results at a DICOMweb server."""
    from pnst.io.dicomweb.push import push_results

    return push_results(url, folder, progress)
