"""A simulated study on disk with its lesion, its exact answer and what it was made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pnst.io.atomic import atomic_folder
from pnst.io.dicom_write.style import DicomStyle
from pnst.io.write import write_study
from pnst.phantom.description import Description
from pnst.phantom.study import Simulated
from pnst.phantom.surround import Value

NOTICE = "simulated: no patient, no clinical evidence; values are exact, by quadrature on the geometry"


def write_simulated(
    simulated: Simulated,
    folder: str | Path,
    format: str = "nifti",  # noqa: A002 - the API's word
    dicom: DicomStyle | None = None,
) -> None:
    """Write the study as `write_study` does, with its lesion and `truth.toml`; the folder appears whole or not at all.

    `description.toml` holds what it was made from: `pnst phantom --spec` makes the same bytes of it.
    """
    import tomli_w

    with atomic_folder(Path(folder)) as temporary:
        write_study(simulated.study, temporary, format=format, lesions=[simulated.lesion], dicom=dicom)
        (temporary / "truth.toml").write_text(tomli_w.dumps(truth_table(simulated)), encoding="utf-8")
        description = Description(spec=simulated.spec, seed=simulated.seed)
        (temporary / "description.toml").write_text(description.to_toml(), encoding="utf-8")


def truth_table(simulated: Simulated) -> dict[str, Any]:
    """The truth by family, to six significant digits; what is null is named apart, as TOML has no null."""
    table: dict[str, Any] = {"notice": NOTICE, "seed": simulated.seed, "null": []}
    for name, value in simulated.truth.items():
        family, column = name.split(".", 1)
        if value is None:
            table["null"].append(name)
        else:
            table.setdefault(family, {})[column] = six_digits(value)
    return table


def six_digits(value: Value) -> Value:
    """A number to six significant digits, more than any quadrature here holds; anything else as it is."""
    return float(f"{value:.6g}") if isinstance(value, float) else value
