"""What a stage gives, as the text of a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pnst.measurement.measurements import Measurements

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment


def measurements_json(measurements: Sequence[Measurements]) -> str:
    """measurements.json."""
    from pnst.io.results import lesions_json

    return lesions_json(measurements[0].case_id, [m.to_dict() for m in measurements])


def measurements_csv(measurements: Sequence[Measurements]) -> str:
    """measurements.csv: one row a lesion; an empty cell where a lesion lacks a column."""
    from pnst.io.table import to_csv

    return to_csv(m.row() for m in measurements)


def assessments_json(assessments: Sequence[Assessment]) -> str:
    """assessment.json."""
    from pnst.io.results import lesions_json

    return lesions_json(assessments[0].case_id, [a.to_dict() for a in assessments])


def explanations(assessments: Sequence[Assessment]) -> str:
    """Where every number of the assessments came from, in plain text."""
    from pnst.classification.explanation import explain

    return "\n\n".join(explain(a) for a in assessments)
