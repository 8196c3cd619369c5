"""Descriptions in plain words. Witnesses: the round trip over every field, presets changed by hand, refusals."""

from __future__ import annotations

import os
import tomllib
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from pnst.errors import InputError, SettingError
from pnst.phantom import REALISTIC, Artefacts, GridSpec, Inclusion, LesionSpec, Spec, benign, malignant
from pnst.phantom.description import Description, describe, nested
from pnst.phantom.tissue import Tissue
from pnst.study import Role
from pnst.toml_file import read_toml


def names_of(kind, prefix=""):
    """Every parameter of a dataclass, and of those in it, by its dotted name."""
    for field in fields(kind):
        yield prefix + field.name
        value = getattr(kind, field.name)
        if is_dataclass(value):
            yield from names_of(value, f"{prefix}{field.name}.")


@pytest.mark.parametrize("spec", [Spec(), benign(), malignant()], ids=["default", "benign", "malignant"])
def test_a_description_says_every_parameter(spec):
    """Witness: the fields of the dataclasses."""
    written = tomllib.loads(Description(spec=spec, seed=3).to_toml())
    assert written["seed"] == 3
    for name in names_of(spec):
        table = written
        for part in name.split("."):
            table = table[part]


@pytest.mark.parametrize("make", [Spec, benign, malignant])
def test_a_description_survives_the_file_without_the_name_of_a_preset(make):
    text = Description(spec=make()).to_toml()
    assert "like" not in tomllib.loads(text)
    assert describe(tomllib.loads(text)).spec == make()


@pytest.mark.parametrize("like", ["benign", "malignant"])
def test_a_description_is_not_filled_in_by_a_preset(like):
    """What equals a default is written too, so that no preset could have a say; so none may be named."""
    whole = tomllib.loads(Description(spec=Spec(), seed=3).to_toml())
    with pytest.raises(SettingError, match="the preset has no say"):
        describe(whole, {"like": like})
    del whole["lesion"]["edge_sigma_mm"], whole["lesion"]["capsule_mm"]
    again = describe(whole, {"like": like}).spec
    preset = {"benign": benign, "malignant": malignant}[like]().lesion
    assert (again.lesion.edge_sigma_mm, again.lesion.capsule_mm) == (preset.edge_sigma_mm, preset.capsule_mm)
    assert replace(again, lesion=Spec().lesion) == Spec()


def test_a_later_realistic_beats_the_artefacts_of_a_whole_description():
    whole = tomllib.loads(Description(spec=malignant()).to_toml())
    assert describe(whole, {"realistic": "yes"}).spec == replace(malignant(), artefacts=REALISTIC)
    realistic = tomllib.loads(Description(spec=replace(malignant(), artefacts=REALISTIC)).to_toml())
    assert describe(realistic).spec.artefacts == REALISTIC
    assert describe(realistic, {"realistic": "no"}).spec == malignant()


def test_a_preset_is_changed_where_a_layer_says_so_and_nowhere_else():
    """Witness: the dataclasses, changed by hand."""
    layer = {"like": "malignant", "seed": 5, "snr": 12, "lesion": {"edema_mm": 4}}
    by_hand = replace(malignant(), snr=12.0, lesion=replace(malignant().lesion, edema_mm=4.0))
    assert describe(layer) == Description(spec=by_hand, seed=5)


def test_a_later_layer_beats_an_earlier_one_parameter_by_parameter():
    layers = [{"like": "benign", "seed": 1, "lesion": {"edema_mm": 4, "rim_mm": 2}}, {"lesion": {"edema_mm": 9}}]
    description = describe(*layers, {"like": "malignant"}, {"seed": 2})
    by_hand = replace(malignant(), lesion=replace(malignant().lesion, edema_mm=9.0, rim_mm=2.0))
    assert description == Description(spec=by_hand, seed=2)


def test_layers_that_make_sense_only_together():
    """Each of them alone would be refused."""
    spec = describe({"artefacts": {"acquired": 0.5}}, {"artefacts": {"gibbs": True}}).spec
    assert spec.artefacts == Artefacts(gibbs=True, acquired=0.5)
    with pytest.raises(SettingError, match="acquired"):
        describe({"artefacts": {"acquired": 0.5}})


def test_realistic_turns_the_artefacts_on_and_can_be_changed():
    spec = describe({"realistic": "yes", "artefacts": {"acquired": 0.7}}).spec
    assert spec == replace(Spec(), artefacts=replace(REALISTIC, acquired=0.7))
    assert describe({"realistic": "no"}).spec == Spec()


def test_without_a_preset_the_defaults_are_changed():
    assert describe({"snr": "none"}).spec == replace(Spec(), snr=None)
    assert describe() == Description(spec=Spec())


def test_cells_say_the_same_as_a_file():
    """Agreement between two ways of saying the same."""
    cells = {
        "snr": "none",
        "whole_numbers": "yes",
        "roles": "t1; dwi",
        "lesion.radii_mm": "11;13.5;22",
        "lesion.lobes": "3",
        "lesion.lobe_depth": "0.1",
        "lesion.inclusions.1.tissue": "cyst",
        "lesion.inclusions.1.radius_mm": "4",
        "lesion.inclusions.2.tissue": "BLOOD",
        "lesion.inclusions.2.radius_mm": "2",
        "lesion.inclusions.2.centre_mm": "0;0;-8",
        "grids.t1.plane": "coronal",
    }
    by_hand = Spec(
        snr=None,
        whole_numbers=True,
        roles=(Role.T1, Role.DWI),
        lesion=LesionSpec(
            radii_mm=(11.0, 13.5, 22.0),
            lobes=3,
            lobe_depth=0.1,
            inclusions=(
                Inclusion(tissue=Tissue.CYST, radius_mm=4.0),
                Inclusion(tissue=Tissue.BLOOD, radius_mm=2.0, centre_mm=(0.0, 0.0, -8.0)),
            ),
        ),
        grids={Role.T1: GridSpec(plane="coronal")},
    )
    assert describe(nested(cells)).spec == by_hand


@pytest.mark.parametrize("names", [("lesion", "lesion.edema_mm"), ("lesion.edema_mm", "lesion"), ("snr", "snr.x")])
def test_a_name_that_is_a_value_and_a_table(names):
    with pytest.raises(SettingError, match=names[0].split(".")[0]):
        nested(dict.fromkeys(names, "3"))


@pytest.mark.parametrize("content", [None, b"not toml", b"case_id = '\xff'"], ids=["absent", "not TOML", "not UTF-8"])
def test_a_file_that_is_no_description(tmp_path, content):
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=r"'mine\.toml'") as refusal:
        describe(file)
    assert str(tmp_path) not in str(refusal.value)


def test_a_pipe_and_a_device_are_no_descriptions(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for file in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="not a plain file"):
            describe(file)


def test_a_file_is_a_layer(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("like = 'malignant'\nseed = 4\n")
    assert describe(file, {"seed": 5}) == Description(spec=malignant(), seed=5)
    assert read_toml(file) == {"like": "malignant", "seed": 4}
