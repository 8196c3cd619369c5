"""What the page may send: JSON objects with known keys, finite numbers and bounded lists."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from pnst.errors import InputError
from pnst.stage_settings import first_error
from pnst.viewer.marks import Ends, Marks

FARTHEST_MM = 10_000.0
MOST_POINTS = 20_000
Coordinate = Annotated[FiniteFloat, Field(ge=-FARTHEST_MM, le=FARTHEST_MM)]
Place = tuple[Coordinate, Coordinate, Coordinate]


class Body(BaseModel):
    """Base of every body; without keys of its own it is an empty object."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class MarksBody(Body):
    """The line, its short axis and the lesion's ends; null is "not drawn"."""

    done: Literal["line", "short axis", "end", "marks cleared"]
    line: tuple[Place, Place] | None
    short_axis: tuple[Place, Place] | None
    low_mm: Coordinate | None
    high_mm: Coordinate | None

    def marks(self) -> Marks:
        """Without strokes, which the server keeps."""
        line: Ends | None = self.line
        return Marks(line, self.short_axis, self.low_mm, self.high_mm)


class StrokeBody(Body):
    """A path of the brush in one slice of a series."""

    side: Literal["lesion", "other"]
    series: Annotated[str, Field(max_length=40)]
    axis: Annotated[int, Field(ge=0, le=2)]
    radius_mm: Annotated[FiniteFloat, Field(gt=0, le=50)]
    points: Annotated[tuple[Place, ...], Field(min_length=1, max_length=MOST_POINTS)]


class WordBody(Body):
    """A reader's word on a sign; null takes it back."""

    column: Annotated[str, Field(max_length=80)]
    value: bool | None


class LesionBody(Body):
    """Which lesion to show, counted from 0."""

    number: Annotated[int, Field(ge=0, le=10_000)]


AnyBody = TypeVar("AnyBody", bound=Body)


def read_body(kind: type[AnyBody], content: bytes) -> AnyBody:
    """The body that JSON holds. Raises `InputError`.

    >>> read_body(WordBody, b'{"column": "reader.invasion", "value": true}').value
    True
    """
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise InputError(
            "a request that cannot be read",
            got=first_error(error).lstrip(": "),
            expected=f"a JSON object with {', '.join(kind.model_fields) or 'no key'}",
            remedy="load the page again; a program of your own must send what docs/viewer.md says",
        ) from error
