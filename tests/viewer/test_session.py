"""Editing without a page. Witness: `pnst segment` and `pnst run` on the same lesion, and the files that they write."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import pnst
from command_line import bytes_of, content, done, numbers, only
from pnst.errors import InputError, SettingError
from pnst.image import Volume
from pnst.io.nifti.read import write_volume
from pnst.segmentation.prompt import Line, Scribbles
from pnst.viewer import session as session_module
from pnst.viewer.marks import Marks, Stroke
from pnst.viewer.strokes import painted_on
from viewed_study import LINE, QUICK, WORDS, settled, wait


def stroke(side: str, *points: tuple[float, float, float], radius: float = 2.0) -> Stroke:
    return Stroke(side, points, radius, (0.0, 0.0, 1.0), 3.0)


OUTSIDE = stroke("lesion", (52.0, -25.0, 210.0), (53.0, -22.0, 210.0))
INSIDE = stroke("other", (33.0, -25.0, 210.0), (33.0, -23.0, 210.0))


@pytest.fixture
def settings_file(tmp_path):
    file = tmp_path / "quick.toml"
    file.write_text(QUICK.to_toml())
    return file


def volume(session) -> float:
    return session.now().case.lesions[0].mask.volume_mm3


def test_a_line_gives_the_lesion_of_segment_and_saving_the_bytes_of_run(
    open_session, scene_folder, tmp_path, settings_file
):
    session = open_session(scene_folder, tmp_path / "saved")
    assert session.now().case.lesions == ()
    session.mark(Marks(LINE), "line")
    session.segment()
    settled(session)
    expected = pnst.segment(pnst.read_study(scene_folder), Line(*LINE))
    np.testing.assert_array_equal(session.now().case.lesions[0].mask.data, expected.mask.data)
    session.saving.start()
    settled(session)
    assert session.saving.is_saved
    done("run", scene_folder, "--line", WORDS, "--settings", settings_file, "--out", tmp_path / "ran")
    assert bytes_of(tmp_path / "saved") == bytes_of(tmp_path / "ran")


def test_a_lesion_that_is_given_is_saved_as_run_saves_it_with_the_readers_words(
    open_session, with_lesion, tmp_path, settings_file
):
    session = settled(open_session(with_lesion, tmp_path / "saved", patient={"nf1": True}))
    before = session.answers.current.case.assessments[0].probability
    session.judge("reader.invasion", True)
    settled(session)
    assert session.answers.current.case.assessments[0].probability > before
    session.judge("edema.present", False)
    session.saving.start()
    settled(session)
    words = ("--override", "reader.invasion=yes", "--override", "edema.present=no", "--patient", "nf1=yes")
    done("run", with_lesion, *words, "--settings", settings_file, "--out", tmp_path / "ran")
    assert bytes_of(tmp_path / "saved") == bytes_of(tmp_path / "ran")


def test_a_correction_is_that_of_segment_and_measures_as_measure_does(
    open_session, scene_folder, tmp_path, settings_file
):
    session = open_session(scene_folder, tmp_path / "saved", prompt=Line(*LINE))
    settled(session)
    first = session.now().case.lesions[0]
    session.paint(OUTSIDE)
    settled(session)
    scribbles = session_module.scribbles_of([OUTSIDE], first.mask.grid)
    expected = pnst.segment(pnst.read_study(scene_folder), scribbles, previous=first)
    np.testing.assert_array_equal(session.now().case.lesions[0].mask.data, expected.mask.data)
    session.saving.start()
    settled(session)
    given = ("--lesion", tmp_path / "saved" / "lesion.nii.gz", "--settings", settings_file)
    done("measure", scene_folder, *given, "--out", tmp_path / "measured")
    saved, again = (only(tmp_path / name / "measurements.json") for name in ("saved", "measured"))
    assert numbers(saved) == numbers(again)
    assert "scribbles" in content(tmp_path / "saved" / "prompt.json")


def test_the_correction_is_that_of_the_command(open_session, scene_folder, tmp_path):
    session = settled(open_session(scene_folder, prompt=Line(*LINE)))
    grid = session.now().case.lesions[0].mask.grid
    painted = session_module.scribbles_of([INSIDE], grid)
    write_volume(tmp_path / "s.nii.gz", Volume(2 * painted.other.data.astype(np.float32), grid))
    session.paint(INSIDE)
    settled(session)
    done("segment", scene_folder, "--line", WORDS, "--out", tmp_path / "first")
    previous = ("--previous", tmp_path / "first" / "lesion.nii.gz", "--scribbles", tmp_path / "s.nii.gz")
    done("segment", scene_folder, *previous, "--out", tmp_path / "second")
    mask = pnst.read_lesion(tmp_path / "second" / "lesion.nii.gz", pnst.read_study(scene_folder)).mask
    np.testing.assert_array_equal(session.now().case.lesions[0].mask.data, mask.data)


def test_every_edit_is_undone_and_done_again(open_session, scene_folder):
    session = open_session(scene_folder)
    session.mark(Marks(LINE), "line")
    session.segment()
    settled(session)
    segmented = volume(session)
    session.paint(INSIDE)
    settled(session)
    corrected = volume(session)
    assert corrected < segmented
    session.judge("reader.invasion", True)
    for expected in ((corrected, {}), (segmented, {})):
        session.undo()
        assert (volume(session), session.now().overrides) == expected
    session.undo()
    assert (session.now().case.lesions, session.now().marks.line) == ((), LINE)
    session.undo()
    assert session.now().marks == Marks()
    for _ in range(4):
        session.redo()
    assert (volume(session), session.now().overrides) == (corrected, {"reader.invasion": True})
    settled(session)


def test_strokes_before_there_is_a_lesion_wait_and_become_its_prompt(open_session, scene_folder):
    session = open_session(scene_folder)
    session.paint(stroke("lesion", (36.0, -25.0, 210.0), (44.0, -25.0, 210.0), radius=5.0))
    session.paint(stroke("lesion", (38.0, -25.0, 213.0), (42.0, -25.0, 213.0), radius=3.0))
    assert len(session.now().marks.strokes) == 2
    session.segment()
    settled(session)
    assert isinstance(session.now().case.prompt, Scribbles)
    assert session.now().marks.strokes == ()


def test_strokes_that_follow_each_other_fast_are_all_kept(open_session, scene_folder):
    session = settled(open_session(scene_folder, prompt=Line(*LINE)))
    session.paint(OUTSIDE)
    session.paint(INSIDE)
    settled(session)
    mask = session.now().case.lesions[0].mask
    for one, inside in ((OUTSIDE, True), (INSIDE, False)):
        assert set(mask.data[painted_on(one, mask.grid)]) == {inside}


def test_undo_drops_a_segmentation_that_is_under_way(open_session, scene_folder, monkeypatch):
    gate = threading.Event()
    plain = session_module.segment_anew

    def slow(*args):
        assert gate.wait(30)
        return plain(*args)

    monkeypatch.setattr(session_module, "segment_anew", slow)
    session = open_session(scene_folder)
    session.mark(Marks(LINE), "line")
    session.segment()
    session.undo()
    gate.set()
    wait(session, lambda: not session.queue.stage)
    assert session.now().case.lesions == ()
    assert session.now().marks.line == LINE


def test_a_refusal_changes_nothing_and_is_told(open_session, scene_folder):
    session = open_session(scene_folder)
    with pytest.raises(SettingError, match="nothing to segment"):
        session.segment()
    with pytest.raises(SettingError, match="no column"):
        session.judge("reader.guess", True)
    with pytest.raises(InputError, match="without a stroke"):
        session.paint(stroke("lesion", (4000.0, 0.0, 0.0)))
    session.mark(Marks(((4000.0, 0.0, 0.0), (4030.0, 0.0, 0.0))), "line")
    session.segment()
    settled(session)
    assert "outside" in str(session.refusal)
    assert session.now().case.lesions == ()
    session.undo()
    assert session.refusal is None


def test_what_is_unsaved_is_known(open_session, with_lesion, tmp_path):
    session = settled(open_session(with_lesion, tmp_path / "out"))
    assert not session.has_unsaved_edits
    session.judge("reader.invasion", True)
    assert session.has_unsaved_edits
    session.saving.start()
    settled(session)
    assert not session.has_unsaved_edits


def test_another_lesion_is_shown_and_corrected(open_session, scene_folder, tmp_path):
    grid = pnst.read_study(scene_folder).series["t1"].volume.grid
    places = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))
    labels = np.zeros(grid.shape, dtype=np.float32)
    for label, centre in ((1, (40, -25, 210)), (2, (40, -8, 210))):
        labels[np.linalg.norm(places - centre, axis=-1) < 6] = label
    write_volume(tmp_path / "two.nii.gz", Volume(labels, grid))
    session = settled(open_session(scene_folder, lesion=tmp_path / "two.nii.gz"))
    session.choose(1)
    before = session.now().case.lesions
    session.paint(stroke("lesion", (47.0, -8.0, 210.0)))
    settled(session)
    after = session.now().case.lesions
    assert after[0] is before[0]
    assert after[1].label == "2"
    assert after[1].mask.count > before[1].mask.count
    session.choose(7)
    assert session.now().active == 1
