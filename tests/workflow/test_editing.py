"""The stages of a run, one edit after another. Witness: `run_case` on what came out."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import InputError, SettingError
from pnst.image import Mask
from pnst.io.write import write_study
from pnst.segmentation.prompt import Line, Scribbles
from pnst.settings import RunSettings
from pnst.workflow import editing
from pnst.workflow.case import run_case
from pnst.workflow.inputs import CaseInputs
from silent_network import use_silent_network
from viewed_study import LINE, QUICK, SCENE


@pytest.fixture
def folder(tmp_path):
    write_study(SCENE.study(), tmp_path / "A", lesions=[SCENE.lesion()])
    return tmp_path / "A"


def test_the_lesion_that_lies_in_the_folder_is_where_editing_begins(folder):
    case, _, how = editing.start_case(CaseInputs(study=folder), QUICK)
    assert (len(case.lesions), how) == (1, "lesion read")
    (folder / "lesion.nii.gz").unlink()
    case, _, how = editing.start_case(CaseInputs(study=folder), QUICK)
    assert (case.lesions, how) == ((), "images read")


def test_a_lesion_that_is_named_and_not_there_is_refused(folder):
    with pytest.raises(InputError):
        editing.start_case(CaseInputs(study=folder, lesion=folder / "none.nii.gz"), QUICK)
    with pytest.raises(SettingError):
        editing.start_case(CaseInputs(study=folder, overrides={"reader.guess": True}), QUICK)


def test_the_stages_give_what_a_run_gives_and_quickly_the_same_values(folder):
    inputs = CaseInputs(study=folder, overrides={"reader.invasion": True})
    case, inputs, _ = editing.start_case(inputs, RunSettings())
    prepared = editing.Preprocessing(inputs, RunSettings()).prepared(case)
    whole = editing.assessed(
        editing.measured(prepared, inputs, RunSettings(), True), inputs.overrides, inputs, RunSettings()
    )
    run = run_case(inputs, None)
    assert whole.measurements[0].to_dict() == run.measurements[0].to_dict()
    assert whole.assessments[0].to_dict() == run.assessments[0].to_dict()
    quick = editing.measured(prepared, inputs, RunSettings(), False).measurements[0].columns()
    assert quick == {n: v for n, v in run.measurements[0].columns().items() if not n.endswith("_interval")}


def test_preprocessing_is_kept_for_lesions_on_the_same_voxels(folder, monkeypatch):
    use_silent_network(monkeypatch)
    inputs = CaseInputs(study=folder)
    case, inputs, _ = editing.start_case(inputs, QUICK)
    preprocessing = editing.Preprocessing(inputs, QUICK)
    first = preprocessing.prepared(case)
    seed = np.zeros(case.lesions[0].mask.grid.shape, dtype=bool)
    seed[tuple(np.rint(case.lesions[0].mask.grid.to_index(LINE[0])).astype(int))] = True
    corrected = editing.correct(case, 0, Scribbles(Mask(seed, case.lesions[0].mask.grid)))
    assert preprocessing.prepared(corrected).study is first.study
    anew = editing.segment_anew(case, 0, Line(*LINE), inputs, QUICK)
    assert anew.lesions[0].label == case.lesions[0].label
    assert anew.prompt == Line(*LINE)
