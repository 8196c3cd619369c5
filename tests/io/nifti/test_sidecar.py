"""Facts of the acquisition. Witness: sidecars as converters write them, and that writing undoes reading."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pnst.errors import InputError
from pnst.io.nifti.sidecar import acquisition_of, read_json, sidecar_of
from pnst.study import Acquisition

FILE = Path("a.json")


@pytest.mark.parametrize(
    "facts",
    [
        Acquisition(),
        Acquisition(500.0, 10.5, 160.0, 90.0, 1.5, True, True, "a maker"),
        Acquisition(fat_suppressed=False, contrast_agent=False),
    ],
)
def test_acquisitions_survive_their_sidecar(facts):
    assert acquisition_of(sidecar_of(facts), FILE) == facts


def test_a_converter_s_sidecar_is_understood():
    """Keys as dcm2niix writes them: seconds, and ScanOptions with underscores."""
    facts = {"RepetitionTime": 4.5, "EchoTime": 0.082, "ScanOptions": "PFP_FS", "Manufacturer": "Siemens", "X": [1]}
    assert acquisition_of(facts, FILE) == Acquisition(4500.0, 82.0, fat_suppressed=True, manufacturer="Siemens")


def test_damaged_sidecars_are_refused_and_absent_ones_are_empty(tmp_path):
    assert read_json(tmp_path / "a.json") == {}
    for text in ("{", json.dumps([1]), "[" * 100000):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(InputError, match=r"a\.json"):
            read_json(tmp_path / "a.json")


ODD = [
    ('{"EchoTime": 1' + "0" * 400 + "}", "a JSON int"),
    ('{"EchoTime": 1' + "0" * 10_000 + "}", "digits"),
    ('{"EchoTime": NaN}', "NaN is no number"),
    ('{"Rows": -Infinity}', "-Infinity is no number"),
    ('{"EchoTime": 1e999}', "EchoTime: inf"),
    ('{"EchoTime": -0.01}', "EchoTime: -0.01"),
    ('{"RepetitionTime": "0.5"}', "RepetitionTime: a JSON str"),
    ('{"FlipAngle": [90]}', "FlipAngle: a JSON list"),
    ('{"FlipAngle": {"a": 1}}', "FlipAngle: a JSON dict"),
    ('{"MagneticFieldStrength": true}', "MagneticFieldStrength: a JSON bool"),
    ('{"a": ' * 100_000, "nested too deep"),
    ('{"Manufacturer": "\\ud800"}', "half of a surrogate pair"),
    ("null", "a JSON NoneType"),
    ("", "no JSON"),
    ('{"a": 1} x', "no JSON"),
]


@pytest.mark.parametrize(("text", "got"), ODD, ids=[got for _, got in ODD])
def test_sidecars_of_odd_json_are_refused_in_one_sentence(tmp_path, text, got):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match=r"cannot use 'a\.json'") as refusal:
        acquisition_of(read_json(tmp_path / "a.json"), FILE)
    assert got in refusal.value.got
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_no_damage(tmp_path, encoding):
    (tmp_path / "a.json").write_bytes(
        '{"EchoTime": 0.01, "Manufacturer": "é", "InversionTime": "n/a"}'.encode(encoding)
    )
    assert acquisition_of(read_json(tmp_path / "a.json"), FILE) == Acquisition(echo_time_ms=10.0, manufacturer="é")


def test_a_sidecar_that_is_no_plain_file_or_endless_is_refused(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    (tmp_path / "long.json").write_text('{"a": 1}')
    monkeypatch.setattr("pnst.io.nifti.sidecar.MAX_BYTES", 7)
    for name, got in (("pipe", "a pipe"), ("folder", "a folder"), ("zero", "a device"), ("long", "more than 7 bytes")):
        with pytest.raises(InputError, match=got):
            read_json(tmp_path / f"{name}.json")
