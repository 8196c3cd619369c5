"""`segment`: from a reader's prompt to a lesion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pnst.errors import InputError
from pnst.image import Grid, Mask, Volume
from pnst.segmentation.assumed import assumptions
from pnst.segmentation.confidence import UNSURE, Signs, boundary_sd_mm, predicted_dice, signs_of
from pnst.segmentation.correction import corrected
from pnst.segmentation.field import Field, field_of, keep_out, lesion_in, outside
from pnst.segmentation.frame import PromptFrame
from pnst.segmentation.looks import LOOKED_AT, Looks, look
from pnst.segmentation.network import Network, trained_networks
from pnst.segmentation.point_search import body_about
from pnst.segmentation.prompt import Point, Prompt, Scribbles
from pnst.segmentation.prompt_body import body_of, drawn_levels
from pnst.segmentation.quality import concerns, refuse_contradiction
from pnst.segmentation.segmented_lesion import SegmentedLesion
from pnst.study import Lesion, Role, Study

Progress = Callable[[str], None]


def segment(
    study: Study,
    prompt: Prompt,
    *,
    label: str = "1",
    on: Role | None = None,
    previous: Lesion | None = None,
    others: Sequence[Lesion] = (),
    networks: Sequence[Network] | None = None,
    progress: Progress | None = None,
) -> SegmentedLesion:
    """The lesion that a prompt points at. Not a medical device: look at the result.

    A small network adds what T1, T2, fat-suppressed T2 and contrast-enhanced T1 show to what the prompt says; where
    they show nothing, the prompt's own body stays.

    Parameters
    ----------
    study : of which at least one of those series holds the lesion
    prompt : positions in RAS mm; a list holds lines at several levels, and clicks on the lesion's middle at others
    label : of the new lesion
    on : the series whose voxels the mask has; None: the one with the smallest
    previous : a lesion to correct, and then `prompt` is `Scribbles`: nothing changes over 15 mm from a stroke
    others : lesions that are none of this one
    networks : others than those that come with this version (for cross-validation)
    progress : is told what is being done

    Returns
    -------
    SegmentedLesion : with its probability, a predicted Dice and where it is unsure

    Raises
    ------
    InputError : no series to look at, or a prompt that contradicts itself
    GeometryError : a prompt outside the images
    AmbiguityError : a point alone, where the images show no border; or a lesion far smaller or larger than the prompt
        marks

    Examples
    --------
    >>> import pnst
    >>> study = pnst.read_study("sample_data/benign_nifti")
    >>> line = pnst.Line((1, 13, 1), (-2, -13, -1), craniocaudal_mm=(-23, 23))
    >>> lesion = pnst.segment(study, line)
    >>> bool(abs(lesion.mask.volume_mm3 / 13180 - 1) < 0.25)  # truth.toml: 13.18 ml
    True
    """
    if previous is not None:
        return _corrected(study, previous, prompt, progress or _silent)
    return segment_and_explain(
        study, prompt, label=label, on=on, others=others, networks=networks, progress=progress or _silent
    )[0]


def _silent(_: str) -> None:
    """Progress that nobody watches."""


def segment_and_explain(
    study: Study,
    prompt: Prompt,
    *,
    label: str = "1",
    on: Role | None = None,
    others: Sequence[Lesion] = (),
    networks: Sequence[Network] | None = None,
    progress: Progress = _silent,
) -> tuple[SegmentedLesion, Looks]:
    """As `segment`, with the looks that it rests on, for those who judge it."""
    say = progress
    grid = grid_of(study, on)
    say("looking for the size" if isinstance(prompt, Point) else "looking at the series")
    members = networks or trained_networks()
    frame = _frame_of(study, prompt, grid, members)
    if not _holds(grid, frame):
        raise outside(grid)
    looks = look(study, frame, members)
    say("drawing the surface")
    field = keep_out(field_of(looks.logits, looks.depth, frame, grid), study, frame, others)
    mask = lesion_in(field, frame.body.origin)
    if isinstance(prompt, Scribbles):
        mask = corrected(study, mask, prompt)
    else:
        refuse_contradiction(mask, field)
    assumed = assumptions(prompt, frame.body)
    signs = None if isinstance(prompt, Point) else signs_of(looks, len(assumed))
    return _lesion(label, mask, field, looks, _words(prompt, looks), signs, assumed), looks


def grid_of(study: Study, on: Role | None) -> Grid:
    """The grid of the series that the mask is to lie on. Raises `InputError` without one."""
    present = [role for role in LOOKED_AT if role in study.series]
    if not present or (on is not None and on not in study.series):
        raise InputError(
            "no series to segment the lesion on",
            got=f"the study has {', '.join(study.series) or 'no series'}",
            expected=on or f"one of {', '.join(LOOKED_AT)}",
            remedy="name the series' roles with roles= (--role on the command line)",
        )
    chosen = on or min(present, key=lambda role: study.series[role].volume.grid.voxel_volume_mm3)
    return study.series[chosen].volume.grid


def _frame_of(study: Study, prompt: Prompt, grid: Grid, networks: Sequence[Network]) -> PromptFrame:
    if isinstance(prompt, Point):
        return PromptFrame(body_about(study, np.array(prompt.ras_mm), networks))
    body = body_of(prompt, grid.directions[:, grid.slice_axis])
    return PromptFrame(body, drawn_levels(prompt, body))


def _holds(grid: Grid, frame: PromptFrame) -> bool:
    """Whether the body's middle lies in the image."""
    index = grid.to_index(frame.body.origin)
    return bool(((index > -0.5) & (index < np.array(grid.shape) - 0.5)).all())


def _words(prompt: Prompt, looks: Looks) -> str:
    seen = ", ".join(looks.added) or "no series"
    kind = type(prompt).__name__.lower() if not isinstance(prompt, Sequence) else f"{len(prompt)} lines and clicks"
    return f"segmented from a {kind} on {seen}".replace("a scribbles", "scribbles").replace("a 1 ", "1 ")


def _lesion(
    label: str,
    mask: Mask,
    field: Field,
    looks: Looks,
    made_by: str,
    signs: Signs | None,
    assumed: tuple[str, ...],
) -> SegmentedLesion:
    p = field.probability()
    likely = float("nan") if signs is None else predicted_dice(signs)
    quality = (*concerns(mask, looks, signs or signs_of(looks), likely), *assumed)
    return SegmentedLesion(
        label=label,
        mask=mask,
        made_by=made_by,
        notes=quality,
        boundary_sd_mm=boundary_sd_mm(field),
        probability=Volume(field.whole(p), field.grid),
        predicted_dice=likely,
        unsure=Mask(field.whole((p > UNSURE[0]) & (p < UNSURE[1])), field.grid),
        quality=quality,
    )


def _corrected(study: Study, previous: Lesion, prompt: Prompt, say: Progress) -> SegmentedLesion:
    if not isinstance(prompt, Scribbles):
        raise InputError(
            "a lesion is corrected by scribbles",
            got=type(prompt).__name__.lower(),
            expected="a label map with 1 on the lesion, 2 on what is not",
            remedy="paint what is wrong, or segment anew without the previous lesion",
        )
    say("correcting the lesion")
    mask = corrected(study, previous.mask, prompt)
    made_by = previous.made_by.removesuffix(CORRECTED) + CORRECTED
    changed = mask.data != previous.mask.data
    if isinstance(previous, SegmentedLesion):
        p = np.where(changed, mask.data.astype(np.float32), previous.probability.data)
        unsure = Mask(previous.unsure.data & ~changed, mask.grid)
        likely, sd, quality = previous.predicted_dice, previous.boundary_sd_mm, previous.quality
    else:
        p, unsure = mask.data.astype(np.float32), Mask(np.zeros_like(mask.data), mask.grid)
        likely, sd, quality = float("nan"), previous.boundary_sd_mm, ()
    return SegmentedLesion(
        label=previous.label,
        mask=mask,
        made_by=made_by,
        notes=previous.notes,
        boundary_sd_mm=sd,
        probability=Volume(p, mask.grid),
        predicted_dice=likely,
        unsure=unsure,
        quality=quality,
    )


CORRECTED = ", corrected by scribbles"
