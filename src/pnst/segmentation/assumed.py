"""What a prompt leaves unsaid and its body assumes, in sentences: nothing is guessed in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pnst.kernels.section_stack import SectionStack
from pnst.segmentation.prompt import Box, Line, Point, Prompt, Scribbles
from pnst.segmentation.prompt_body import HEIGHT_TO_DIAMETER, SHORT_TO_LONG, holds_extent


def assumptions(prompt: Prompt, body: SectionStack) -> tuple[str, ...]:
    """Sentences on the prompt's body (`body_of`); none where lines give both axes and extent, or for box and strokes.

    >>> from pnst.segmentation.prompt_body import body_of
    >>> line = Line((-10, 0, 0), (10, 0, 0), craniocaudal_mm=(-10, 10))
    >>> assumptions(line, body_of(line))
    ('no short axis was given: 0.74 of the line is assumed',)
    """
    if isinstance(prompt, Point):
        return ("a click says nothing of the size, which was looked for: no Dice is predicted",)
    if isinstance(prompt, Box | Scribbles):
        return ()
    lines = [prompt] if isinstance(prompt, Line) else [one for one in prompt if isinstance(one, Line)]
    return (*_of_short_axes(lines), *_of_extent(lines, body))


def _of_short_axes(lines: Sequence[Line]) -> Iterator[str]:
    without = sum(line.short_axis is None for line in lines)
    if without:
        of = "" if len(lines) == 1 else f" of {without} of {len(lines)} lines"
        yield f"no short axis{of} was given: {SHORT_TO_LONG:g} of the line is assumed"


def _of_extent(lines: Sequence[Line], body: SectionStack) -> Iterator[str]:
    given = any(line.craniocaudal_mm is not None for line in lines)
    if given and holds_extent(body.axes[:, 2]):
        return
    why = "the craniocaudal extent does not run across this line's slice" if given else "no extent was given"
    low, high = body.ends
    likely = f"{HEIGHT_TO_DIAMETER:g} times the mean diameter" if len(lines) == 1 else "an ellipsoid through the lines"
    yield f"{why}: {high - low:.0f} mm across the slices are assumed, {likely}"
