"""A prompt from a file of any kind, told apart by what the file begins with."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pnst.errors import InputError
from pnst.io.json_file import JsonError, read_json
from pnst.io.prompts.csv_form import is_lines_table, lines_from_csv
from pnst.io.prompts.json_form import prompt_from_json
from pnst.io.prompts.prompt_file import PromptFile
from pnst.io.prompts.refusal import AGAIN, KINDS, bad_prompt
from pnst.io.prompts.report import REPORTS, prompt_from_report
from pnst.io.prompts.report_places import ReportPlaces
from pnst.io.prompts.scribbles import read_scribbles
from pnst.io.prompts.slicer import is_markups, prompt_from_markups
from pnst.regular_file import open_regular, read_regular
from pnst.segmentation.prompt import Line, Prompt, Scribbles
from pnst.study import Study

MAX_TEXT_BYTES = 1 << 20
"""Of JSON and CSV (ours): a markup takes 2 KB."""
ITK_SNAP = b"ITK-SNAP Annotation File"
_HEAD_BYTES = 4096


class PromptWithNotes(NamedTuple):
    """A prompt, and what was noticed while reading it."""

    prompt: Prompt
    notes: tuple[str, ...] = ()


def read_prompt(source: PromptFile, study: Study, folder: Path | None = None) -> PromptWithNotes:
    """The prompt in a file: JSON or CSV of pnst, Slicer's markups, a DICOM report, or a label map of scribbles.

    `folder` is where the study's DICOM images lie, which a report's positions may be counted on. Raises `InputError`
    for a file that is missing, damaged, of another kind than asked for, or holds no prompt, `AmbiguityError` for a
    report of several measurements, `GeometryError` for positions that have no place in the study.
    """
    read = _read(source, study, folder)
    _check_kind(source, read.prompt)
    return read


def _read(source: PromptFile, study: Study, folder: Path | None) -> PromptWithNotes:
    file, head = source.file, _head(source.file)
    if head[128:132] == b"DICM" or head[:2] in (b"\x08\x00", b"\x02\x00"):
        if _is_report(file):
            places = ReportPlaces(file, study, folder)
            prompt = prompt_from_report(file, source.groups, places)
            return PromptWithNotes(prompt, tuple(places.notes))
        return _scribbles(source, study)
    if source.groups is not None:
        raise bad_prompt(file, f"the number {source.groups[:40]!r} behind its name", "numbers for reports alone")
    if ITK_SNAP in head:
        raise _itk_snap(file)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return PromptWithNotes(_from_json(file))
    text = _text(file) if _is_text(head) else ""
    return PromptWithNotes(lines_from_csv(text, file)) if is_lines_table(text) else _scribbles(source, study)


def _head(file: Path) -> bytes:
    try:
        with open_regular(file) as stream:
            return stream.read(_HEAD_BYTES)
    except OSError as error:
        absent = isinstance(error, FileNotFoundError)
        got = "no such file" if absent else f"no readable file ({error.strerror})"
        raise bad_prompt(file, got, remedy="correct the name") from error


def _is_report(file: Path) -> bool:
    import pydicom

    try:
        dataset = pydicom.dcmread(file, force=True, specific_tags=["SOPClassUID", "Modality"])
    except Exception:  # damage, which the reader of masks reports
        return False
    return str(dataset.get("SOPClassUID", "")) in REPORTS or str(dataset.get("Modality", "")) == "SR"


def _from_json(file: Path) -> Prompt:
    try:
        content = read_json(file, MAX_TEXT_BYTES)
    except JsonError as error:
        raise bad_prompt(file, str(error), "JSON of finite numbers") from error
    return prompt_from_markups(content, file) if is_markups(content) else prompt_from_json(content, file)


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and not head.startswith(b"NRRD")


def _text(file: Path) -> str:
    try:
        return read_regular(file, MAX_TEXT_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise bad_prompt(file, error.strerror or "a file that cannot be opened") from error
    except UnicodeDecodeError:
        return ""


def _scribbles(source: PromptFile, study: Study) -> PromptWithNotes:
    try:
        scribbles, notes = read_scribbles(source.file, study)
    except InputError as error:
        if not error.what.startswith("cannot read a mask"):
            raise
        raise bad_prompt(source.file, error.got) from error
    return PromptWithNotes(scribbles, notes)


def _itk_snap(file: Path) -> InputError:
    return bad_prompt(
        file,
        "an annotation of ITK-SNAP, whose positions are voxels of an image that it does not name",
        KINDS,
        "paint on the lesion in ITK-SNAP (label 1, and 2 beside it), save the segmentation, and give it as scribbles",
    )


def _check_kind(source: PromptFile, prompt: Prompt) -> None:
    """Raise `InputError` where the file holds another kind of prompt than it was given for."""
    painted = isinstance(prompt, Scribbles)
    if source.kind == "scribbles" and not painted:
        raise bad_prompt(source.file, "no label map", "a label map of scribbles", "give it as --lines or --from")
    if source.kind != "lines":
        return
    if not isinstance(prompt, Line) and (painted or not _holds_line(prompt)):
        raise bad_prompt(source.file, "a prompt of another kind", "at least one line", f"give it as --from; or {AGAIN}")


def _holds_line(prompt: Prompt) -> bool:
    return isinstance(prompt, tuple) and any(isinstance(mark, Line) for mark in prompt)
