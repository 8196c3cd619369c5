"""Witness: what lies on disk after a success and after a failure; the published schemas, and that they say no."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any

import numpy as np
import pytest

from bodies import oblique
from command_line import bytes_of, outputs, validator
from pnst.classification.assess import assess
from pnst.errors import InputError
from pnst.evidence.rule import RuleResult
from pnst.image import Mask, Volume
from pnst.io.results import (
    OUTPUTS,
    SCHEMA_VERSION,
    earlier_outputs,
    lesions_json,
    numbered,
    read_lesions_json,
    read_regions,
    refuse_inputs,
    write_results,
)
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.study import Role
from scenes import Scene
from without_intervals import measure

GRID = oblique((9, 8, 5), (0.8, 0.9, 4.0))
INSIDE = np.indices(GRID.shape).sum(axis=0) % 3 == 0
MASK = Mask(INSIDE, GRID)
ADC = Volume(np.linspace(0.5, 2.5, INSIDE.size, dtype=np.float32).reshape(GRID.shape), GRID, "um2_per_ms")


class Unwritable:
    """A content that fails when it is written."""


# --- the set of outputs ----------------------------------------------------------------------------------------------


def test_everything_is_written_and_comes_back(tmp_path):
    files = {"measurements.json": "{}", "adc.nii.gz": ADC, "lesion.nii.gz": MASK, "regions": {"edema": MASK}}
    write_results(tmp_path / "new" / "o", files)
    assert outputs(tmp_path / "new" / "o") == {
        "measurements.json",
        "adc.nii.gz",
        "lesion.nii.gz",
        "regions/edema.nii.gz",
    }
    back = read_regions(tmp_path / "new" / "o", 1)
    assert np.array_equal(back["edema"].data, INSIDE)
    assert back["adc"].data == pytest.approx(ADC.data)
    assert back["adc"].unit == "um2_per_ms"
    assert all(region.grid.matches(GRID) for region in back.values())
    assert not list((tmp_path / "new" / "o").glob(".*"))


def test_a_folder_of_regions_without_masks_is_refused(tmp_path):
    """No run writes one: somebody took its masks out, and pictures would be drawn without them."""
    (tmp_path / "regions").mkdir()
    (tmp_path / "regions" / "edema.nii").touch()
    with pytest.raises(InputError, match="a folder without masks"):
        read_regions(tmp_path, 1)


@pytest.mark.parametrize("place", ["regions", "adc.nii.gz"])
def test_what_is_no_region_in_a_region_s_place_is_refused(tmp_path, place):
    """A run without regions has none; what only has their names is not passed over."""
    assert read_regions(tmp_path, 1) == {}
    os.mkfifo(tmp_path / place)
    with pytest.raises(InputError, match=place):
        read_regions(tmp_path, 1)


def test_an_earlier_set_gives_way_and_other_files_stay(tmp_path):
    write_results(tmp_path, {"adc.nii.gz": ADC, "adc-2.nii.gz": ADC, "regions-2": {"edema": MASK}, "report.html": "1"})
    for name in ("adc-new.nii.gz", "mine.html", "regions.txt"):
        (tmp_path / name).write_text("mine")
    write_results(tmp_path, {"report.html": "2"})
    assert outputs(tmp_path) == {"report.html", "adc-new.nii.gz", "mine.html", "regions.txt"}
    assert (tmp_path / "report.html").read_text() == "2"


def test_a_failure_while_writing_leaves_what_was_there(tmp_path):
    write_results(tmp_path, {"report.html": "1", "adc.nii.gz": ADC})
    before = bytes_of(tmp_path)
    with pytest.raises(AttributeError):
        write_results(tmp_path, {"report.html": "2", "lesion.nii.gz": Unwritable()})  # type: ignore[dict-item]
    assert bytes_of(tmp_path) == before
    assert not list(tmp_path.glob(".*"))


def test_a_failure_leaves_no_new_folder(tmp_path):
    with pytest.raises(AttributeError):
        write_results(tmp_path / "o", {"lesion.nii.gz": Unwritable()})  # type: ignore[dict-item]
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["taken", "taken/below", "taken/far/below"])
def test_a_place_that_is_a_file(tmp_path, place):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(InputError, match="cannot write results"):
        write_results(tmp_path / place, {"report.html": "1"})
    with pytest.raises(InputError, match="'taken' is a file"):
        refuse_inputs(tmp_path / place, [])
    assert outputs(tmp_path) == {"taken"}


def test_only_what_would_be_replaced_is_refused_as_input(tmp_path):
    out, study = tmp_path / "o", tmp_path / "study"
    study.mkdir()
    write_results(out, {"lesion.nii.gz": MASK, "regions": {"edema": MASK}})
    (out / "drawn.nii.gz").write_text("mine")
    for harmless in (study, study / "lesion.nii.gz", out / "drawn.nii.gz", out / "adc.nii.gz"):
        refuse_inputs(out, [harmless])
    refuse_inputs(study / "results", [study])
    for lost in (out, out / "lesion.nii.gz", out / "regions" / "edema.nii.gz", out / ".." / "o" / "lesion.nii.gz"):
        with pytest.raises(InputError, match="would replace the input"):
            refuse_inputs(out, [lost])
        with pytest.raises(InputError, match="would replace the input"):
            refuse_inputs(out, [lost.with_name(f"{lost.name}:GTV")])  # one region of it
    refuse_inputs(out, [out / "drawn.nii.gz:GTV"])


def test_a_link_to_an_output_is_that_output(tmp_path):
    write_results(tmp_path / "o", {"lesion.nii.gz": MASK})
    (tmp_path / "link.nii.gz").symlink_to(tmp_path / "o" / "lesion.nii.gz")
    with pytest.raises(InputError, match="link"):
        refuse_inputs(tmp_path / "o", [tmp_path / "link.nii.gz"])


@pytest.mark.parametrize(("n", "name"), [(1, "adc.nii.gz"), (2, "adc-2.nii.gz"), (13, "adc-13.nii.gz")])
def test_the_outputs_of_further_lesions_are_numbered_and_known(tmp_path, n, name):
    assert numbered("adc.nii.gz", n) == name
    (tmp_path / name).write_text("")
    assert [path.name for path in earlier_outputs(tmp_path)] == [name]


def test_a_folder_of_outputs_is_numbered_too(tmp_path):
    assert numbered("regions", 2) == "regions-2"
    assert "regions" in OUTPUTS


# --- the JSON --------------------------------------------------------------------------------------------------------


def test_lesions_come_back_from_json(tmp_path):
    (tmp_path / "m.json").write_text(lesions_json("Fälle <1>", [{"label": "a"}, {"label": "b"}]), encoding="utf-8")
    assert read_lesions_json(tmp_path / "m.json") == ("Fälle <1>", [{"label": "a"}, {"label": "b"}])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_not_written(value):
    with pytest.raises(ValueError, match="JSON"):
        lesions_json("case", [{"label": "a", "size": {"volume_ml": value}}])


# --- the schemas -----------------------------------------------------------------------------------------------------

Json = dict[str, Any]


@pytest.fixture(scope="module")
def written() -> dict[str, Json]:
    """Both files of one scene with every family, as they are written."""
    scene = Scene(radius=9, halo=5, plane=5, limb=26, reach=36, spacing=(1.3, 1.5, 3.0))
    m = measure(scene.study(), scene.lesion(), overrides={"reader.invasion": True, "adc.mean_um2_per_ms": 1.2})
    a = assess(m, patient={"nf1": False, "age": 70})
    texts = {
        "measurements": lesions_json(m.case_id, [m.to_dict()]),
        "assessment": lesions_json(a.case_id, [a.to_dict()]),
    }
    return {name: json.loads(text) for name, text in texts.items()}


@pytest.mark.parametrize("name", ["measurements", "assessment"])
def test_the_schema_is_a_schema_and_the_file_keeps_to_it(written, name):
    schema = validator(name)
    schema.check_schema(schema.schema)
    schema.validate(written[name])
    assert schema.schema["properties"]["schema_version"]["const"] == SCHEMA_VERSION


@pytest.mark.parametrize("family", FAMILY_TYPES)
def test_the_schema_lists_the_columns_of_each_family(family):
    """Invariant: the records decide, so a new column fails here until it is published."""
    kind = FAMILY_TYPES[family]
    entry = validator("measurements").schema["properties"]["lesions"]["items"]["properties"][family]
    assert entry["properties"].keys() == set(kind.column_names())
    always = {f.name for f in fields(kind) if f.default is MISSING and f.name != "intervals"} | kind.nullable
    assert set(entry["required"]) == always
    assert {name for name, kind in entry["properties"].items() if "null" in kind.get("type", ())} == set(kind.nullable)


def test_the_schema_lists_the_families():
    items = validator("measurements").schema["properties"]["lesions"]["items"]["properties"]
    assert FAMILY_TYPES.keys() <= items.keys()
    roles = next(iter(validator_provenance()["patternProperties"]))
    assert all(f"|{role}|" in roles.replace("(", "|").replace(")", "|") for role in Role)


def validator_provenance() -> Json:
    return validator("measurements").schema["properties"]["lesions"]["items"]["properties"]["provenance"]


def test_the_schema_lists_what_a_rule_says():
    rule = validator("assessment").schema["properties"]["lesions"]["items"]["properties"]["rules"]["items"]
    assert rule["properties"].keys() == set(rule["required"]) == {f.name for f in fields(RuleResult)}


def every_object(schema: Json, name: str = "") -> list[tuple[str, Json]]:
    """Each schema of an object, wherever it stands, under the name of the key that holds it."""
    parts = [part for key, value in schema.items() if isinstance(value, dict) for part in every_object(value, key)]
    return [(name, schema), *parts] if schema.get("type") == "object" else parts


A_NUMBER: Json = {"type": "number"}
TWO_ENDS: Json = {"type": "array", "prefixItems": [A_NUMBER, A_NUMBER], "items": False, "minItems": 2}
OPEN_TO: dict[str, dict[str, Json]] = {
    "measurements": {},
    "assessment": {
        "contributions": A_NUMBER,
        "contribution_intervals": TWO_ENDS,
        "alone": A_NUMBER,
        "alone_intervals": TWO_ENDS,
    },
}
"""A trained model's features have names of their own: what they hold is a number or an interval, and nothing else."""


@pytest.mark.parametrize("name", ["measurements", "assessment"])
def test_no_object_takes_what_is_not_listed(name):
    objects = every_object(dict(validator(name).schema))
    assert len(objects) >= 6
    takes = {key: part["additionalProperties"] for key, part in objects}
    assert {key: values for key, values in takes.items() if values is not False} == OPEN_TO[name]


Change = Callable[[Json], Any]
NO_MEASUREMENTS: list[Change] = [
    lambda e: e.update(histology="MPNST"),
    lambda e: e.pop("label"),
    lambda e: e.pop("provenance"),
    lambda e: e["size"].update(volume_cm3=3.0),
    lambda e: e["size"].pop("volume_ml"),
    lambda e: e["size"].update(volume_ml="3 ml"),
    lambda e: e["size"].update(volume_ml=-3.0),
    lambda e: e["size"].update(volume_ml=None),
    lambda e: e["margin"].update(ill_defined_fraction=1.2),
    lambda e: e["margin"].update(ill_defined="no"),
    lambda e: e["margin"].update(deep_lobulations_count=1.5),
    lambda e: e["edema"].update(present=None),
    lambda e: e["split_fat"].pop("present"),
    lambda e: e["split_fat"].update(compartment="skin"),
    lambda e: e["adc"].update(map_source="a guess"),
    lambda e: e["adc"].update(b_values=[800]),
    lambda e: e.pop("adc"),
    lambda e: e["skipped"].update(adc="measured and skipped at once"),
    lambda e: e["skipped"].update(texture="no such family"),
    lambda e: e["skipped"].update({"margin.edge": ""}),
    lambda e: e["overrides"].update(invasion=True),
    lambda e: e["provenance"].update({"input.t1": "/home/patient/t1.nii.gz"}),
    lambda e: e["provenance"].update(path="somewhere"),
    lambda e: e.update(warnings="one"),
]
NO_ASSESSMENT: list[Change] = [
    lambda e: e.update(diagnosis="malignant"),
    lambda e: e.pop("abstained"),
    lambda e: e.update(abstained=False),
    lambda e: e.update(abstained=""),
    lambda e: e.update(probability=1.01),
    lambda e: e.update(probability=None),
    lambda e: e.update(interval=[0.1]),
    lambda e: e.update(interval=[0.1, 0.2, 0.3]),
    lambda e: e.update(prior=0),
    lambda e: e.update(prior=1),
    lambda e: e["contributions"].update(adc_mean="high"),
    lambda e: e["at_priors"].update({"5 %": 0.1}),
    lambda e: e["rules"][0].update(result="probably"),
    lambda e: e["rules"][0].pop("population"),
    lambda e: e["rules"][0].update(advice="operate"),
    lambda e: e["rules"][0]["inputs"].update(size=3),
]


@pytest.mark.parametrize(
    ("name", "change"),
    [*(("measurements", c) for c in NO_MEASUREMENTS), *(("assessment", c) for c in NO_ASSESSMENT)],
)
def test_the_schema_says_no(written, name, change):
    spoilt = copy.deepcopy(written[name])
    change(spoilt["lesions"][0])
    assert not validator(name).is_valid(spoilt)


@pytest.mark.parametrize("name", ["measurements", "assessment"])
@pytest.mark.parametrize("change", [{"schema_version": 2}, {"case_id": ""}, {"lesions": []}, {"patient": "Jo"}])
def test_the_schema_says_no_to_the_whole(written, name, change):
    assert not validator(name).is_valid({**written[name], **change})


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ("1" + "0" * 400, "a whole number of 401 digits"),
        ("9" * 10_000, "a whole number of 10000 digits"),
        ("1e999", "1e999, which is beyond all bounds"),
        ("NaN", "NaN, which is no number"),
        ("[" * 100_000, "nested too deep"),
    ],
    ids=["400 digits", "10,000 digits", "1e999", "NaN", "nested"],
)
def test_numbers_without_bounds_are_refused(tmp_path, value, got):
    text = f'{{"schema_version": 1, "case_id": "a", "lesions": [{{"label": "1", "size": {value}}}]}}'
    (tmp_path / "measurements.json").write_text(text)
    with pytest.raises(InputError, match=got):
        read_lesions_json(tmp_path / "measurements.json")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full"])
def test_a_device_is_not_read(tmp_path, device):
    (tmp_path / "measurements.json").symlink_to(device)
    with pytest.raises(InputError, match="a device, not a plain file"):
        read_lesions_json(tmp_path / "measurements.json")
