"""`summarise_evidence`: what a cohort counted, in the formats of the published files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pnst.classification.evaluation.predictions import refuse_no_predictors
from pnst.classification.lesion_table import LesionTable
from pnst.classification.patients import patients_of
from pnst.classification.sites.counting import agreement_rows, moment_rows, sign_rows
from pnst.classification.training.features import evidence_frame
from pnst.classification.training.labelled import LabelledTable
from pnst.errors import InputError
from pnst.evidence.body import SiteEvidence
from pnst.evidence.csv_rows import SMALL_CELL
from pnst.evidence.population import Patient
from pnst.evidence.published import Publication
from pnst.evidence.question import MALIGNANT, question_in
from pnst.evidence.site_files import check_name, digest_of, site_files, site_of
from pnst.typing import BoolArray

if TYPE_CHECKING:
    import pandas as pd

CITATION = "counted by pnst evidence"


def summarise_evidence(table: pd.DataFrame, label: str, *, site: str | None = None) -> SiteEvidence:
    """Count a cohort: no patient, no date, no age, and no cell under five. Not a medical device.

    Parameters
    ----------
    table : one row a lesion, as for `train` and `evaluate`
    label : column of the diagnosis: 1/0, true/false, yes/no, malignant/benign
    site : the site's name in the files; None: one that follows from the counts

    Returns
    -------
    SiteEvidence, as `assess(…, evidence=[…])` and `own_evidence=` take it; `pnst evidence` writes it

    Raises
    ------
    InputError : the table or its label cannot be used, it holds lesions of another question, or no class has five
    SettingError : the name cannot be a site's

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"cyst.present": [1, 0] * 10 + [0] * 20, "malignant": [1] * 20 + [0] * 20})
    >>> (row,) = summarise_evidence(table, "malignant").sign_counts
    >>> row.malignant_positive, row.n_malignant, row.benign_positive, row.n_benign
    (10, 20, Censored(low=0, high=4), 20)
    """
    name = "site" if site is None else check_name(site)
    labelled = LabelledTable.of(table, label)
    measured = table.drop(columns=list(labelled.reserved))
    refuse_no_predictors(measured)
    lesions = LesionTable.from_frame(evidence_frame(measured))
    lesions.check_cells()
    _refuse_other_questions(lesions)
    _refuse_small(labelled.malignant)
    counted = _counted(lesions, labelled.malignant, name)
    if site is None:
        counted = _counted(lesions, labelled.malignant, f"site-{digest_of(site_files(counted))[:8]}")
    return site_of(site_files(counted))


def _counted(lesions: LesionTable, malignant: BoolArray, name: str) -> SiteEvidence:
    signs = sign_rows(lesions, malignant, name)
    return SiteEvidence(
        name=name,
        digest="",
        publication=_publication(name, malignant),
        sign_counts=signs,
        moments=moment_rows(lesions, malignant, name),
        agreements=agreement_rows(lesions, signs, name),
    )


def _publication(name: str, malignant: BoolArray) -> Publication:
    n_malignant, n_benign = (n if n >= SMALL_CELL else None for n in (int(malignant.sum()), int((~malignant).sum())))
    return Publication(
        study=name,
        citation=CITATION,
        doi="",
        n_malignant=n_malignant,
        n_benign=n_benign,
        population="",
        acquisition="",
        level="counts",
        nf1="unknown",
        site="",
        age_max=None,
        in_martin2021="no",
    )


def _refuse_other_questions(lesions: LesionTable) -> None:
    """Rows of the model are of malignant against benign lesions; what lies elsewhere must not be counted among them."""
    places = [patient.location for patient in patients_of(lesions, Patient())]
    others = [row for row, place in enumerate(places, start=1) if question_in(place) is not MALIGNANT]
    if others:
        raise InputError(
            "the table mixes questions",
            got=f"{len(others)} of {lesions.count} lesions in places of another question, the first in row {others[0]}",
            expected=f"lesions in {', '.join(MALIGNANT.places)}, or no location",
            remedy="leave those rows out of the table",
        )


def _refuse_small(malignant: BoolArray) -> None:
    numbers = int(malignant.sum()), int((~malignant).sum())
    if np.max(numbers) < SMALL_CELL:
        raise InputError(
            "there are too few lesions to tell anything",
            got=f"fewer than {SMALL_CELL} malignant and fewer than {SMALL_CELL} benign ones",
            expected=f"at least {SMALL_CELL} of one class; of a class with fewer nothing is told",
            remedy="wait until there are more",
        )
