"""Texts taken apart by hand: a file that exists as it is named beats a label."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.errors import InputError
from pnst.io.masks.file import MaskFile, mask_file


@pytest.mark.parametrize(
    ("text", "file", "label"),
    [
        ("m.nii.gz", "m.nii.gz", None),
        ("m.nii.gz:2", "m.nii.gz", "2"),
        ("rt.dcm:GTV Edema", "rt.dcm", "GTV Edema"),
        ("m.nii.gz:", "m.nii.gz:", None),
        (":2", ":2", None),
    ],
)
def test_what_follows_the_colon_is_the_label(text, file, label):
    assert mask_file(text) == MaskFile(Path(file), label)
    assert mask_file(Path(text)) == MaskFile(Path(text))


def test_a_file_whose_own_name_holds_a_colon_is_a_file(tmp_path):
    (tmp_path / "a:1").touch()
    assert mask_file(f"{tmp_path}/a:1") == MaskFile(tmp_path / "a:1")
    assert mask_file(f"{tmp_path}/a:1:GTV:edge") == MaskFile(tmp_path / "a:1", "GTV:edge")
    assert mask_file(f"{tmp_path}/b:GTV:edge") == MaskFile(tmp_path / "b:GTV", "edge")


ODD = {
    "NUL": "\0",
    "NUL and a label": "a\0:1",
    "surrogate": "\ud800",
    "long": 300 * "a",
    "deep": 5000 * "/:x",
    "loop": "loop",
    "loop and a label": "loop:2",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_a_name_that_no_file_can_have_is_refused(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    for source in (text, Path(text.removesuffix(":2"))):
        with pytest.raises(InputError, match="cannot read a mask"):
            mask_file(source)
