"""A table of patients. Witnesses: descriptions made by hand; refusals that name the patient."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pnst.cohort.patients import SimulatedPatient, read_patients
from pnst.errors import InputError, SettingError
from pnst.phantom import benign, malignant
from pnst.phantom.description import Description

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def table(tmp_path):
    def write(text: str) -> Path:
        (tmp_path / "p.csv").write_text(text, encoding="utf-8")
        return tmp_path / "p.csv"

    return write


def test_a_row_is_its_preset_with_its_cells(table):
    file = table(
        "patient,label,like,seed,lesion.edema_mm,surround.fat_plane_mm\n"
        "A-1,benign,,7,,\n"
        "B.2,malignant,malignant,8,12.5,none\n"
    )
    spec = malignant()
    lesion, surround = replace(spec.lesion, edema_mm=12.5), replace(spec.surround, fat_plane_mm=None)
    changed = replace(spec, lesion=lesion, surround=surround, case_id="B.2")
    assert read_patients(file, [{"like": "benign"}]) == [
        SimulatedPatient("A-1", "benign", Description(spec=replace(benign(), case_id="A-1"), seed=7)),
        SimulatedPatient("B.2", "malignant", Description(spec=changed, seed=8)),
    ]


def test_a_row_without_a_seed_has_one_of_its_own_that_other_rows_do_not_move(table):
    first = {p.name: p.description.seed for p in read_patients(table("patient\nA\nB\n"))}
    later = {p.name: p.description.seed for p in read_patients(table("patient\nC\nB\nA\n"))}
    other = {p.name: p.description.seed for p in read_patients(table("patient\nA\nB\n"), [{"seed": 1}])}
    assert len({*later.values(), *other.values()}) == 5
    assert first.items() <= later.items()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("patient\n", "no row"),
        ("name\nA\n", "no patient in row 1"),
        ("patient,snr\nA,3\n,4\n", "no patient in row 2"),
        ("patient\nA\nB\nA\n", "'A' twice"),
        ("patient\nA\na\n", "'a' twice"),
        ("patient\n../A\n", "'../A'"),
        ("patient\n.A\n", "'.A'"),
        ("patient\nA B\n", "'A B'"),
        ("patient\nÄ\n", "'Ä'"),
        (f"patient\n{'x' * 65}\n", "x' in row 1"),
        ("patient\ncohort.csv\n", "cohort.csv"),
        ("patient;snr\nA;3\n", "not separated by commas"),
    ],
)
def test_a_table_without_usable_names(table, text, reason):
    with pytest.raises(InputError, match=r"p\.csv") as refusal:
        read_patients(table(text))
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("patient,like\nA,\nB,bening\n", "bening"),
        ("patient,snr\nA,3\nB,low\n", "low"),
        ("patient,lesion.radii_mm\nA,\nB,1;2\n", "2 values"),
        ("patient,seed\nA,1\nB,-1\n", "-1"),
        ("patient,lesion,lesion.edema_mm\nA,,2\nB,3,3\n", "lesion"),
    ],
)
def test_a_refused_cell_names_its_patient(table, text, reason):
    with pytest.raises(SettingError, match="patient 'B': ") as refusal:
        read_patients(table(text))
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("lesion.edma_mm", "lesion.edema_mm"),
        ("lesion.inclusions.1.radius", "lesion.inclusions.1.radius_mm"),
        ("lesion.inclusions.one.radius_mm", "lesion.inclusions.one"),
        ("grids.t9.plane", "t1_post"),
        ("grids.t1.plan", "grids.t1.plane"),
        ("snr.t1", "snr.t1"),
        ("Label", "roles"),
    ],
)
def test_a_misspelt_column_is_refused_even_where_it_is_empty(table, column, reason):
    """A typo must fail, though no row has a value there."""
    with pytest.raises(SettingError, match=column.split(".")[0]) as refusal:
        read_patients(table(f"patient,{column}\nA,\n"))
    assert reason in str(refusal.value)


def test_columns_of_every_depth_are_known(table):
    names = "snr,roles,lesion.radii_mm.1,lesion.inclusions.2.centre_mm,grids.t1.extent_mm,sequences.t1.echo_time_ms"
    assert len(read_patients(table(f"patient,label,like,seed,{names}\nA\n"))) == 1


def test_the_table_and_the_file_of_the_page_are_read(tmp_path):
    """Witness: what docs/cohorts.md shows."""
    page = (DOCS / "cohorts.md").read_text(encoding="utf-8")
    (shared,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "scanner.toml").write_text(shared)
    patients = read_patients(DOCS / "patients.csv", [{"like": "benign"}, tmp_path / "scanner.toml"])
    assert [patient.label for patient in patients] == ["schwannoma", "schwannoma", "MPNST", "MPNST"]
    assert [patient.description.spec.snr for patient in patients] == [25, 25, 25, 20]
    assert patients[1].description.spec.lesion.inclusions[0].radius_mm == 6
