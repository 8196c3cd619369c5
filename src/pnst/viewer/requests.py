"""What each address of the server answers, once the request is let in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pnst.errors import InputError
from pnst.image import Mask, Volume
from pnst.viewer.bodies import Body, LesionBody, MarksBody, StrokeBody, WordBody, read_body
from pnst.viewer.marks import Stroke
from pnst.viewer.session import Session
from pnst.viewer.shown_series import ShownSeries
from pnst.viewer.status import status_dict, study_dict

JSON, BYTES = "application/json; charset=utf-8", "application/octet-stream"
Query = Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """A body and what it is."""

    content: bytes
    kind: str = JSON


def as_json(content: Mapping[str, Any]) -> Reply:
    """An object as JSON."""
    return Reply(json.dumps(content, ensure_ascii=False, allow_nan=False).encode())


def get_study(session: Session, _: Query) -> Reply:
    """What stays as it is."""
    return as_json(study_dict(session))


def get_status(session: Session, _: Query) -> Reply:
    """What holds now."""
    return as_json(status_dict(session))


def get_slice(session: Session, query: Query) -> Reply:
    """One slice of a series: see `ShownSeries.levels`."""
    shown, axis, index = _slice(session, query)
    return Reply(shown.levels(axis, index), BYTES)


def get_overlay(session: Session, query: Query) -> Reply:
    """What lies over it: see `Overlays.bits`."""
    shown, axis, index = _slice(session, query)
    return Reply(session.overlays.bits(shown.key, shown.plane(axis, index)), BYTES)


def get_volume(session: Session, query: Query) -> Reply:
    """A whole series as NIfTI, for the view of three planes."""
    return _nifti(_series(session, query).volume)


def get_mask(session: Session, query: Query) -> Reply:
    """A layer on a series' voxels as NIfTI; empty where it does not lie on that series."""
    shown, overlays = _series(session, query), session.overlays
    name = query.get("layer", "")
    if name not in {layer.name for layer in overlays.layers}:
        raise _missing("layer", name[:40] or "nothing")
    grid = shown.volume.grid
    mask = overlays.on(shown.key).get(name)
    return _nifti(Mask(np.zeros(grid.shape, dtype=bool) if mask is None else mask, grid))


def _nifti(image: Volume | Mask) -> Reply:
    from pnst.io.nifti.read import nifti_bytes

    return Reply(nifti_bytes(image), BYTES)


GETS: Mapping[str, Callable[[Session, Query], Reply]] = {
    "/api/study": get_study,
    "/api/status": get_status,
    "/api/slice": get_slice,
    "/api/overlay": get_overlay,
    "/api/volume": get_volume,
    "/api/mask": get_mask,
}


def post_marks(session: Session, content: bytes) -> None:
    """Keep what was drawn."""
    body = read_body(MarksBody, content)
    marks = body.marks()
    if marks.line is not None:
        marks.checked()
    session.mark(marks, body.done)


def post_stroke(session: Session, content: bytes) -> None:
    """A stroke of the brush."""
    body = read_body(StrokeBody, content)
    shown = session.shown(body.series)
    if shown is None:
        raise _missing("series", body.series[:40])
    grid = shown.volume.grid
    x, y, z = grid.directions[:, body.axis].tolist()
    thickness = grid.spacing[body.axis]
    session.paint(Stroke(body.side, body.points, body.radius_mm, (x, y, z), thickness))


def post_word(session: Session, content: bytes) -> None:
    """A reader's word."""
    body = read_body(WordBody, content)
    session.judge(body.column, body.value)


def post_lesion(session: Session, content: bytes) -> None:
    """Another lesion."""
    session.choose(read_body(LesionBody, content).number)


def _bare(action: Callable[[Session], None]) -> Callable[[Session, bytes], None]:
    """An action that needs no words: its body is an empty object."""

    def post(session: Session, content: bytes) -> None:
        read_body(Body, content)
        action(session)

    return post


POSTS: Mapping[str, Callable[[Session, bytes], None]] = {
    "/api/marks": post_marks,
    "/api/stroke": post_stroke,
    "/api/word": post_word,
    "/api/lesion": post_lesion,
    "/api/segment": _bare(lambda session: session.segment()),
    "/api/undo": _bare(lambda session: session.undo()),
    "/api/redo": _bare(lambda session: session.redo()),
    "/api/save": _bare(lambda session: session.saving.start()),
}


def _series(session: Session, query: Query) -> ShownSeries:
    shown = session.shown(query.get("series", ""))
    if shown is None:
        raise _missing("series", query.get("series", "none")[:40])
    return shown


def _slice(session: Session, query: Query) -> tuple[ShownSeries, int, int]:
    shown = _series(session, query)
    axis, index = _whole(query, "axis"), _whole(query, "index")
    if axis > 2 or index >= shown.volume.grid.shape[axis]:
        raise _missing("slice", f"axis {axis}, index {index}")
    return shown, axis, index


def _whole(query: Query, name: str) -> int:
    text = query.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise _missing(name, text[:20] or "nothing")
    return int(text)


def _missing(what: str, got: str) -> InputError:
    return InputError(
        f"no such {what}", got=got, expected=f"a {what} that /api/study names", remedy="load the page again"
    )
