"""What the page may send. Witness: bodies made right and wrong; the server's test holds every refusal from outside."""

from __future__ import annotations

import pytest

from pnst.errors import InputError
from pnst.viewer.bodies import MOST_POINTS, MarksBody, StrokeBody, WordBody, read_body
from pnst.viewer.marks import Marks

STROKE = b'{"side":"lesion","series":"t1","axis":2,"radius_mm":2.5,"points":[%s]}'


def test_marks_and_strokes_are_read():
    marks = read_body(
        MarksBody, b'{"done":"line","line":[[0,0,1],[9,0,1]],"short_axis":null,"low_mm":-2,"high_mm":null}'
    )
    assert marks.marks() == Marks(((0, 0, 1), (9, 0, 1)), low_mm=-2)
    assert read_body(StrokeBody, STROKE % b"[1,2,3]").points == ((1, 2, 3),)


@pytest.mark.parametrize(
    "body", [b"", b"1", b"{}", b'{"column":"a","value":"yes"}', b'{"column":"a","value":null,"x":1}']
)
def test_another_body_is_refused(body):
    with pytest.raises(InputError, match="a request that cannot be read"):
        read_body(WordBody, body)


def test_a_stroke_has_an_end():
    with pytest.raises(InputError):
        read_body(StrokeBody, STROKE % b",".join([b"[1,2,3]"] * (MOST_POINTS + 1)))
