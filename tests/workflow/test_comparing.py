"""`compare` from memory and from files. Witness: what the same studies measure alone; growth by a known factor."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

import pnst
from grown_patient import simulated, study_of, warped
from measurement.growth.dated import BALLS, limb, motion
from pnst.errors import InputError, SettingError
from pnst.io.write import write_study
from pnst.measurement.settings import MeasureSettings, UncertaintySettings
from pnst.phantom import benign, malignant
from pnst.settings import GrowthSettings
from pnst.study import Role
from pnst.workflow.comparing import GROWTH_FILES, DatedInputs, compare, read_date

QUICK = GrowthSettings(measure=MeasureSettings.without_intervals())


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two dates of one limb as NIfTI, with their lesions; the folders' names are dates."""
    home = tmp_path_factory.mktemp("limb")
    for name, balls, moved, seed in (
        ("2019-03-04", BALLS, None, 1),
        ("2020-05-06", {"a": (BALLS["a"][0], 7.8), "b": BALLS["b"]}, motion(), 2),
    ):
        study, lesions = limb(balls, moved, seed=seed)
        write_study(study, home / name, "nifti", lesions)
    return home


def paths(folders):
    return [(name, folders / name) for name in ("2019-03-04", "2020-05-06")]


def test_from_files_everything_is_written_and_holds_no_date(folders, tmp_path):
    growth = compare(paths(folders), tmp_path / "out", QUICK)
    assert {file.name for file in (tmp_path / "out").iterdir()} == set(GROWTH_FILES)
    assert growth.days == (0, 429)
    assert growth.lesions[0].last.volume_change_fraction == pytest.approx((7.8 / 7) ** 3 - 1, abs=0.03)
    for file in (tmp_path / "out").iterdir():
        text = file.read_text(encoding="utf-8")
        assert not any(word in text for word in ("2019", "2020", str(folders)))
    written = json.loads((tmp_path / "out" / "growth.json").read_text(encoding="utf-8"))
    assert written["days"] == [0, 429]
    assert len(written["case_id"]) == 12
    rows = (tmp_path / "out" / "growth.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 2 * 2


def test_its_settings_repeat_it(folders, tmp_path):
    settings = QUICK.model_copy(update={"compare": QUICK.compare.model_copy(update={"progression_fraction": 0.9})})
    compare(paths(folders), tmp_path / "out", settings)
    again = compare(paths(folders), settings=tmp_path / "out" / "growth.toml")
    assert again.settings.progression_fraction == 0.9
    assert {lesion.last.category for lesion in again.lesions} == {"stable"}


def test_numbers_are_those_of_each_study_alone(folders):
    growth = compare(paths(folders), settings=QUICK)
    for place, (_, folder) in enumerate(paths(folders)):
        alone = pnst.run(folder, settings=QUICK)
        assert [m.size for m in growth.dates[place].measurements] == [m.size for m in alone.measurements]


def test_the_order_in_which_dates_are_given_does_not_matter(folders):
    one, other = (compare(order, settings=QUICK) for order in (paths(folders), paths(folders)[::-1]))
    assert one.to_dict() == other.to_dict()


def test_one_lesion_of_a_file(folders):
    visits = [(day, folder, f"{folder}/lesion.nii.gz:2") for day, folder in paths(folders)]
    growth = compare(visits, settings=QUICK, case_id="A")
    assert [lesion.status for lesion in growth.lesions] == ["followed"]
    assert growth.case_id == "A"
    assert growth.lesions[0].last.volume_change_fraction == pytest.approx(
        0.0, abs=0.05
    )  # the voxels of a ball of 5.5 mm


def dated(patients=(None, None)):
    visits = []
    for n, (day, patient) in enumerate(zip(("2024-01-01", date(2024, 7, 1)), patients, strict=True)):
        study, lesions = limb(BALLS, motion() if n else None, seed=n, patient=patient)
        visits.append((day, study, lesions))
    return visits


def test_from_memory_by_a_date_or_its_text():
    growth = compare(dated(), settings=QUICK)
    assert growth.days == (0, 182)
    assert growth.case_id == "limb"


def test_other_patients_are_refused_unless_they_are_one():
    with pytest.raises(InputError, match="different patients"):
        compare(dated(("dicom a", "dicom b")), settings=QUICK)
    assert compare(dated(("dicom a", "dicom b")), settings=QUICK, same_patient=True).days == (0, 182)


@pytest.mark.parametrize("kind", ["bids", "dicom"])
def test_a_patients_id_or_subject_is_read_off_files(tmp_path, kind):
    """But not those of two kinds, which have nothing in common."""
    visits = []
    for n, name in enumerate(("A", "B")):
        study, (lesion,) = limb({"a": BALLS["a"]}, seed=n)
        write_study(replace(study, case_id=name), tmp_path / name, kind)
        visits.append((f"2024-01-0{n + 1}", tmp_path / name, lesion))
    with pytest.raises(InputError, match="different patients") as refusal:
        compare(visits, settings=QUICK)
    assert "another patient's ID on day 1 than on day 0" in str(refusal.value)
    assert compare(visits, settings=QUICK, same_patient=True).lesions[0].status == "followed"


@pytest.mark.parametrize("text", ["2024-13-01", "01.02.2024", "March", "", None, 2024])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(SettingError, match="this is no date"):
        read_date(text)


def test_a_time_of_day_is_left_out():
    assert read_date(datetime(2024, 3, 31, 23, 59)) == date(2024, 3, 31)


@pytest.mark.parametrize("visit", ["2024-01-01", ("2024-01-01",), ("2024-01-01", "a", "b", "c"), 7])
def test_a_visit_that_is_none_is_refused(visit):
    with pytest.raises(SettingError, match="cannot be read"):
        compare([visit, visit])


def test_one_date_or_one_twice_is_refused():
    study, lesions = limb(BALLS)
    with pytest.raises(SettingError, match="got: 1 date;"):
        compare([("2024-01-01", study, lesions)])
    with pytest.raises(SettingError, match="2024-01-01 twice"):
        compare([("2024-01-01", study, lesions), ("20240101", study, lesions)])


@pytest.mark.parametrize("lesions", [None, [], [3]])
def test_a_study_in_memory_needs_its_lesions(lesions):
    study, drawn = limb(BALLS)
    with pytest.raises(InputError, match="day 1: no lesion to compare"):
        compare([("2024-01-01", study, drawn), ("2024-01-02", study, lesions)])


def test_a_refusal_names_the_day_and_leaves_nothing(folders, tmp_path):
    with pytest.raises(InputError, match="day 1: no study at 'nowhere'"):
        compare([paths(folders)[0], ("2019-03-05", tmp_path / "nowhere")], tmp_path / "out", QUICK)
    assert not (tmp_path / "out").exists()


def test_no_output_replaces_a_lesion(folders, tmp_path):
    """The folder of a study is none for outputs that would replace what it holds."""
    study, lesions = limb(BALLS)
    write_study(study, tmp_path / "a", "nifti", lesions)
    (tmp_path / "a" / "growth.json").write_text("{}")
    with pytest.raises(InputError):
        compare([paths(folders)[0], ("2021-01-01", tmp_path / "a")], tmp_path / "a", QUICK)


def test_a_date_is_read_whole():
    given = DatedInputs(date(2024, 1, 1), "study")
    assert given.lesions is None


INTERVALS = GrowthSettings(measure=MeasureSettings(uncertainty=UncertaintySettings(repetitions=3)))


@pytest.mark.slow
@pytest.mark.parametrize("factor", [1.2, 0.75])
@pytest.mark.parametrize("preset", [benign, malignant])
def test_a_known_growth_under_a_re_positioning(preset, factor):
    """Witness: the phantom's radii; 5° and 8 mm, other voxels and other noise. 2 % of the factor."""
    spec = replace(preset(), roles=(Role.T2_FS,), snr=20.0)
    first, later = simulated(spec, 1.0, 1, moved=False), simulated(spec, factor, 1)
    visits = [("2020-01-01", first.study, first.lesion), ("2020-12-31", later.redraw(2), later.lesion)]
    growth = compare(visits, settings=INTERVALS)
    last = growth.lesions[0].last
    assert 1 + last.volume_change_fraction == pytest.approx(factor, rel=0.02)
    low, high = last.volume_change_fraction_interval
    assert low <= factor - 1 <= high
    assert growth.dates[1].alignment.accepted


@pytest.mark.slow
def test_a_real_sarcoma_grown_by_a_known_field(shared_data):
    """Witness: the field's factor, in closed form; 5° and 8 mm."""
    folder = shared_data / "sts_t1" / "nifti" / "STS_002"
    study = pnst.read_study(folder, roles={"t1": "MR_T1_image.nii.gz"})
    lesion = pnst.read_lesion(folder / "MR_T1_mask.nii.gz", study)
    series = study.series[Role.T1]
    image, grown = warped(series, lesion, 1.2, noise=0.01 * float(series.volume.data.max()))
    visits = [("2020-01-01", study, lesion), ("2020-12-31", study_of(image), grown)]
    growth = compare(visits, settings=INTERVALS)
    last = growth.lesions[0].last
    assert 1 + last.volume_change_fraction == pytest.approx(1.2, rel=0.02)
    assert growth.dates[1].alignment.accepted
    assert last.doubling_time_days == pytest.approx(365 * np.log(2) / np.log(1.2), rel=0.1)
