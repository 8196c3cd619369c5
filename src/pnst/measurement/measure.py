"""`measure`: every family of one lesion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pnst.errors import SettingError
from pnst.measurement.context import Context
from pnst.measurement.crumbs import without_crumbs
from pnst.measurement.family import Family, NotMeasurable, Outcome, Value
from pnst.measurement.measurements import FAMILY_TYPES, MASK_NAMES, Measurements
from pnst.measurement.neighbours import refuse_overlaps
from pnst.measurement.overrides import check_overrides
from pnst.measurement.settings import MeasureSettings
from pnst.measurement.uncertainty import with_intervals
from pnst.study import Lesion, Study

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Measure = Callable[[Context], Outcome]


def _measures(name: str, kind: type[Family]) -> Measure:
    """The function of a family: `measure_<name>`, beside its record."""
    measure_family: Measure = getattr(import_module(kind.__module__), f"measure_{name}")
    return measure_family


FAMILIES: tuple[tuple[str, Measure], ...] = tuple((name, _measures(name, kind)) for name, kind in FAMILY_TYPES.items())
"""Every family and the function that measures it."""


def measure(
    study: Study,
    lesion: Lesion,
    settings: MeasureSettings | None = None,
    overrides: Mapping[str, Value] | None = None,
    others: Sequence[Lesion] = (),
) -> Measurements:
    """Measure one lesion in one study; what cannot be measured is in `skipped` with its reason.

    Without `settings` the defaults of `pnst run` hold, intervals included; `MeasureSettings.without_intervals()` saves
    the seconds that these need.

    `overrides` are a reader's own judgements by column ("split_fat.present", "reader.invasion"); they are kept apart
    from what was measured. `others` are the study's other lesions, which belong to no surroundings of this one. Crumbs
    of the mask are left out of all numbers and counted.

    Raises
    ------
    SettingError : an override of a column that does not exist, or a value that it cannot hold; a mask that no family
        reads
    GeometryError : a lesion that was drawn on a series which has been moved since
    InputError : a lesion that is mostly the same as another one

    Examples
    --------
    A ball of radius 10 mm, 4/3·π = 4.19 ml, in a study without images:

    >>> import numpy as np
    >>> import pnst
    >>> i, j, k = np.ogrid[-12.5:13, -11.5:12, -6.5:7]
    >>> ball = i**2 + j**2 + (2 * k) ** 2 < 100
    >>> mask = pnst.Mask(ball, pnst.Grid(ball.shape, np.diag([1.0, 1.0, 2.0, 1.0])))
    >>> m = pnst.measure(pnst.Study("A", {}), pnst.Lesion("ball", mask, "simulation"))
    >>> round(m.size.volume_ml, 1), round(m.size.craniocaudal_mm)
    (4.2, 20)
    >>> m.skipped["adc"]
    'no diffusion series and no ADC map'
    """
    checked = check_overrides(overrides or {})
    _refuse_unread_masks(study)
    study.check_place(lesion.mask, "lesion")
    with _blas().limit(limits=1):  # small products: threads cost more than they save, and change digits
        refuse_overlaps(lesion, others)
        return _measured(study, lesion, settings or MeasureSettings(), checked, tuple(others))


def _measured(
    study: Study,
    lesion: Lesion,
    settings: MeasureSettings,
    overrides: Mapping[str, Value],
    others: tuple[Lesion, ...],
) -> Measurements:
    """Every family once, and the intervals of what could be measured."""
    whole, crumbs_ml = without_crumbs(lesion, settings.size)
    context = Context(study, whole, settings, others=others, crumbs_ml=crumbs_ml)
    measured: dict[str, Family] = {}
    skipped: dict[str, str] = {}
    regions: dict[str, Any] = {}
    warnings: list[str] = []
    for name, measure_family in FAMILIES:
        try:
            outcome = measure_family(context)
        except NotMeasurable as reason:
            skipped[name] = str(reason)
            continue
        measured[name] = outcome.family
        skipped |= {f"{name}.{part}": reason for part, reason in outcome.skipped.items()}
        regions |= outcome.regions
        warnings += outcome.warnings
    context = replace(context)  # lets go of what was worked out of the images: each repetition needs as much again
    return Measurements(
        case_id=study.case_id,
        label=lesion.label,
        **with_intervals(context, measured, FAMILIES),  # type: ignore[arg-type]  # FAMILIES gives each name its own record
        skipped=skipped,
        overrides=overrides,
        warnings=tuple(warnings),
        notes=(*study.notes, *lesion.notes, *(note for series in study.series.values() for note in series.notes)),
        settings=context.settings,
        provenance=_provenance(study, lesion),
        regions=regions,
    )


def _refuse_unread_masks(study: Study) -> None:
    for name in study.masks:
        if name not in MASK_NAMES:
            raise SettingError(
                f"no measurement reads a mask called {name!r}",
                got=name,
                expected=", ".join(MASK_NAMES),
                remedy="correct its name, or leave it out",
            )


def _provenance(study: Study, lesion: Lesion) -> dict[str, str]:
    digests = {f"input.{role}": series.source.digest for role, series in study.series.items()}
    done = {f"{step}.{role}": text for role, series in study.series.items() for step, text in series.processing.items()}
    return {"pnst": _version(), "lesion": lesion.made_by, **digests, **done}


@cache
def _blas() -> ThreadpoolController:
    """The BLAS libraries of NumPy and SciPy, which are looked for once: that takes as long as a small lesion's mesh."""
    import scipy.linalg  # noqa: F401  # it brings its own
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


@cache
def _version() -> str:
    from importlib.metadata import version

    return version("pnst")
