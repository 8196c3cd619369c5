"""The trial on simulated patients. Witness: what the drawn signs demand of a tumour, and errors put in by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pnst.classification.evidence_model.drawn_lesions import DrawnLesion, draw_lesions
from pnst.classification.evidence_model.model import evidence_model
from pnst.evidence.body import literature
from pnst.phantom.description import describe, nested
from pnst.phantom.shape import Shape

FOLDER = Path(__file__).parents[2] / "pipelines" / "simulated_trial"
SIGNS = ("margin_ill_defined", "edema_present", "split_fat_absent", "contour_lobulation", "target_sign_absent")
MORE = ("t1_high_signal_area", "peripheral_enhancement", "cyst_or_necrosis")


@pytest.fixture(autouse=True)
def _beside_the_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("patients", "score", "trial", "protocol", "results"):
        sys.modules.pop(name, None)


def lesion(*shown: str, malignant: bool = True, diameter: float = 60.0) -> DrawnLesion:
    levels = {name: int(name in shown) for name in (*SIGNS, *MORE)}
    return DrawnLesion(malignant, None, levels, {"longest_diameter": diameter, "adc_mean": 1.2})


def test_every_drawn_patient_can_be_made():
    from patients import rows

    drawn = draw_lesions(evidence_model(literature(), 256, 1).likelihood, 60, 60, seed=4)
    table = list(rows(drawn, seed=4))
    assert len({row["patient"] for row in table}) == 120
    for row in table:
        cells = {name: cell for name, cell in row.items() if cell and name not in ("patient", "label")}
        described = describe(nested(cells))
        Shape(described.spec.lesion, np.random.default_rng(0))  # raises where parts overlap or reach out


def test_a_patient_shows_the_signs_that_were_drawn_and_no_others():
    from patients import parameters

    rng = np.random.default_rng(2)
    plain = parameters(lesion("split_fat_absent", "target_sign_absent"), rng)
    assert float(plain["lesion.edema_mm"]) == 0
    assert plain["lesion.rim_cap_deg"] <= 40
    assert not {"lesion.target_core", "lesion.hypovascular_core", "lesion.lobes"} & set(plain)
    assert not any("inclusions" in name for name in plain)
    assert plain.get("lesion.edge_sigma_mm", 0) < 1.5 or plain["lesion.indistinct_cap_deg"] < 45
    shown = parameters(lesion("margin_ill_defined", "edema_present", "contour_lobulation", *MORE), rng)
    assert shown["lesion.edge_sigma_mm"] * 2.563 > 4
    assert shown["lesion.edema_mm"] >= 5
    assert shown["lesion.lobes"] >= 3
    assert shown["lesion.rim_cap_deg"] >= 58
    assert shown["lesion.target_core"] > 0
    assert [shown[f"lesion.inclusions.{n}.tissue"] for n in (1, 2)] == ["necrosis", "blood"]


def test_diameters_are_held_where_they_can_be_simulated():
    from patients import DIAMETERS_MM, parameters

    for asked, held in ((400.0, DIAMETERS_MM[1]), (4.0, DIAMETERS_MM[0])):
        radii = parameters(lesion(diameter=asked), np.random.default_rng(1))["lesion.radii_mm"]
        assert max(radii) * 2 == pytest.approx(held)


# Scores


def found(changes: dict[str, list[object]]):
    """Six lesions, three of them malignant, measured as they are but for some columns."""
    from score import VALUES, Found, _derived

    cases = pd.Index([f"P{n}" for n in range(6)], name="case")
    truth = pd.DataFrame({name: np.linspace(0.2, 0.9, 6) for name in VALUES}, index=cases)
    truth["size.longest_diameter_mm"] = [90.0, 70, 60, 30, 40, 20]
    truth["split_fat.coverage_fraction"] = [0.0, 0.1, 0.2, 0.8, 0.9, 0.52]
    truth["split_fat.pole_coverage_fraction"] = [0.0, 0.1, 0.2, 0.8, 0.9, 0.51]
    truth["split_fat.present"] = [False, False, False, True, True, True]
    for sign in ("margin.ill_defined", "edema.present", "split_fat.applicable", "target.present", "cyst.present"):
        truth[sign] = True
    truth["enhancement.peripheral"], truth["t1_high.present"] = True, True
    truth["edema.index"], truth["target.core_variation"] = 2.0, 0.05
    truth["margin.deep_lobulations_count"] = [3, 2, 0, 0, 0, 1]
    measured = truth.assign(**{"probability": [0.9, 0.8, 0.7, 0.1, 0.2, 0.3], **changes})
    truth["margin.lobulation"] = [2.0, 2.0, 0.0, 0.0, 0.0, 1.0]
    return Found(_derived(truth), _derived(measured), np.array([True] * 3 + [False] * 3))


def test_signs_are_counted_where_their_truth_is_clear():
    from score import signs

    wrong = found({"split_fat.present": [True, False, None, True, True, False]})
    row = next(row for row in signs(wrong) if row["sign"] == "split_fat.present")
    assert (row["right"], row["missed"], row["invented"], row["close"], row["not told"]) == (3, 0, 1, 1, 1)
    assert row["wrong in"] == "P0"
    assert row["share"] == pytest.approx(3 / 4)


def test_errors_of_values_are_those_put_in():
    from score import values

    shifted = found(
        {
            "size.longest_diameter_mm": [92.0, 72, 62, 32, 42, 22],
            "size.volume_ml": [1.1 * v for v in np.linspace(0.2, 0.9, 6)],
        }
    )
    rows = {row["value"]: row for row in values(shifted)}
    assert rows["size.longest_diameter_mm"]["bias"] == pytest.approx(2.0)
    assert rows["size.longest_diameter_mm"]["high"] == pytest.approx(2.0)
    assert rows["size.volume_ml"]["bias"] == pytest.approx(10.0)  # %
    assert rows["adc.mean_um2_per_ms"]["bias"] == pytest.approx(0.0)


def test_an_area_is_lost_where_images_put_patients_in_another_order():
    from score import loss

    assert loss(found({})).lost == pytest.approx(loss(found({})).true[0] - 1.0)
    turned = loss(found({"probability": [0.1, 0.2, 0.3, 0.9, 0.8, 0.7]}))
    assert turned.images[0] == 0
    assert turned.lost == pytest.approx(turned.true[0])
    silent = loss(found({"probability": [None] * 6}))
    assert (silent.images[0], silent.unscored) == (0.5, 6)


def test_a_lobulation_is_near_its_threshold_or_not(tmp_path: Path):
    """Of a star with n lobes of depth d across a spheroid the hull lies r((1 + d) cos π/n − (1 − d)) over a hollow."""
    from score import lobulation

    def of(depth: float) -> float:
        file = tmp_path / f"{depth}.toml"
        file.write_text(f"[lesion]\nradii_mm = [20, 20, 24]\nlobes = 6\nlobe_depth = {depth}\n", encoding="utf-8")
        return lobulation(file)

    assert [of(depth) for depth in (0.08, 0.15)] == [0.0, 2.0]
    near = (0.05 * 46 / 20 + 1 - np.cos(np.pi / 6)) / (1 + np.cos(np.pi / 6))
    assert 1.0 in [of(round(depth, 3)) for depth in np.linspace(near - 0.01, near + 0.01, 5)]


def test_an_arm_is_bold_where_it_holds():
    """Of four lesions whose split fat is clear three are right; diameters 2 mm off are too far for the smallest."""
    from protocol import table

    off = {"split_fat.present": [True, False, False, True, True, True]}
    off["size.longest_diameter_mm"] = [92.0, 72, 62, 32, 42, 22]
    text = {line.split(" | ")[0].strip("| "): line for line in table({"a": found({}), "b": found(off)}).splitlines()}
    assert text["split_fat.present"] == "| split_fat.present | **5/5** | 4/5 |"
    assert text["size.longest_diameter_mm"] == "| size.longest_diameter_mm | **0.0** | 2.8 |"


@pytest.mark.slow
def test_a_trial_of_two_goes_on_where_it_was_interrupted(tmp_path: Path):
    from results import report
    from trial import SCANNER, Trial

    coarse = {role: {"spacing_mm": [1.6, 1.6, 6.0]} for role in ("t1", "t1_post", "t2_fs")}
    trial = Trial(tmp_path, 1, 1, seed=3, scanner=(SCANNER, {"grids": coarse}), workers=1)
    trial.run(["expert"])
    first = (tmp_path / "expert" / "lesions.csv").read_bytes()
    trial.run()
    assert (tmp_path / "expert" / "lesions.csv").read_bytes() == first
    assert len(trial.measured("own")) == 2
    text = report(trial, ["expert", "own"])
    assert "AUC, true values" in text
    assert "Dice of 2 lesions" in text
