"""Witness: the BIDS specification's terms, and reading back."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from pnst.image import Mask
from pnst.io.masks.read import read_lesions
from pnst.io.study import read_study
from pnst.io.write import write_study
from pnst.study import Lesion, Role, Study


def test_a_bids_dataset_says_what_it_is(study, lesion, tmp_path):
    """Held by hand against bids-validator 3.0.2: no error, in the dataset and (--recursive) in its derivatives."""
    other = Lesion("second one", Mask(np.roll(lesion.mask.data, 10, axis=0), lesion.mask.grid), "simulation")
    write_study(study, tmp_path / "out", "bids", [lesion, other])
    raw, derived = tmp_path / "out", tmp_path / "out/derivatives/pnst"
    for folder, kind in ((raw, "raw"), (derived, "derivative")):
        description = json.loads((folder / "dataset_description.json").read_text())
        assert (description["BIDSVersion"], description["DatasetType"]) == ("1.10.0", kind)
        assert "no patient" in description["Name"]
    assert (raw / "participants.tsv").read_text() == "participant_id\nsub-case7\n"
    assert not list(raw.glob("sub-*/**/*mask*")) + list(raw.glob("sub-*/**/*adc*"))
    assert (derived / "sub-case7/anat/sub-case7_desc-lesion_dseg.tsv").read_text().split("\n")[2] == "2\tsecond one"
    assert len(read_lesions(derived / "sub-case7/anat/sub-case7_desc-lesion_dseg.nii.gz", study)) == 2
    for place in (raw, raw / "sub-case7"):
        back = read_study(place)
        assert (back.case_id, set(back.series), set(back.masks)) == ("sub-case7", set(study.series), {"muscle"})


def test_sidecars_use_the_terms_of_bids_and_say_what_is_simulated(study, tmp_path):
    """BIDS names contrast agents, and has no word for none."""
    write_study(study, tmp_path / "out", "bids")
    anat = tmp_path / "out/sub-case7/anat"
    before = json.loads((anat / "sub-case7_T1w.json").read_text())
    after = json.loads((anat / "sub-case7_ce-gadolinium_T1w.json").read_text())
    assert (before.get("ContrastBolusIngredient"), after["ContrastBolusIngredient"]) == (None, "GADOLINIUM")
    assert (before["RepetitionTime"], before["EchoTime"], before["MagneticFieldStrength"]) == (0.5, 0.01, 1.5)
    assert "no patient" in before["ImageComments"]
    real = {role: replace(s, source=replace(s.source, format="nifti")) for role, s in study.series.items()}
    real[Role.T1] = replace(real[Role.T1], acquisition=replace(real[Role.T1].acquisition, manufacturer="SIEMENS"))
    write_study(replace(study, series=real), tmp_path / "real", "bids")
    assert "simulated" not in (tmp_path / "real/README").read_text().lower()
    assert "ImageComments" not in json.loads((tmp_path / "real/sub-case7/anat/sub-case7_T1w.json").read_text())


def test_combined_directions_are_zeros_in_bids_and_none_when_read(study, tmp_path):
    dwi = replace(study.series[Role.DWI], b_vectors=None)
    write_study(Study("x", {Role.DWI: dwi}), tmp_path / "out", "bids")
    assert set((tmp_path / "out/sub-x/dwi/sub-x_dwi.bvec").read_text().split()) == {"0"}
    assert read_study(tmp_path / "out").series[Role.DWI].b_vectors is None


def test_other_tools_derivatives_are_not_read(study, tmp_path):
    write_study(study, tmp_path / "out", "bids")
    others = tmp_path / "out/derivatives/fmriprep/sub-case7/anat"
    others.mkdir(parents=True)
    (others / "sub-case7_desc-preproc_T1w.nii.gz").write_bytes(b"no image")
    assert set(read_study(tmp_path / "out").series) == set(study.series)
