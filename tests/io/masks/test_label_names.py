"""What a label map calls its numbers. Witness: tables as TotalSegmentator writes them and as BIDS has them."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from pnst.errors import InputError
from pnst.io.masks.label_names import names_of_labels

CARET = """<?xml version="1.0" encoding="UTF-8"?> <CaretExtension>  <Date><![CDATA[2013-07-14T05:45:09]]></Date>
<VolumeInformation Index="0">   <LabelTable>
<Label Key="1" Red="0.0" Green="1.0" Blue="0.0" Alpha="1"><![CDATA[sacrum]]></Label>
<Label Key="21" Red="0.0" Green="1.0" Blue="0.0" Alpha="1"><![CDATA[spinal_cord]]></Label>
  </LabelTable>  <StudyMetaDataLinkSet>  </StudyMetaDataLinkSet>  <VolumeType><![CDATA[Label]]></VolumeType>
</VolumeInformation></CaretExtension>"""


@pytest.fixture
def save(oblique, tmp_path):
    def saved(name: str = "map.nii.gz", extension: str = "", kind: type = nib.Nifti1Image):
        grid = oblique((7, 6, 5))
        image = kind(np.zeros(grid.shape, np.uint8), grid.affine)
        if extension:
            image.header.extensions.append(nib.nifti1.Nifti1Extension(0, extension.encode()))
        file = tmp_path / name
        nib.save(image, file)
        return file

    return saved


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
@pytest.mark.parametrize("name", ["map.nii", "map.nii.gz"])
def test_the_header_names_labels(save, name, kind):
    """Witness: the extension that TotalSegmentator's nifti_ext_header.py writes, through nibabel."""
    assert names_of_labels(save(name, CARET, kind)) == {1: "sacrum", 21: "spinal_cord"}


def test_a_header_without_names(save):
    assert names_of_labels(save()) == {}
    assert names_of_labels(save("other.nii.gz", "<Label>nothing</Label>")) == {}


def test_a_table_beside_it_beats_the_header(save):
    file = save("sub-1_dseg.nii.gz", CARET)
    file.with_name("sub-1_dseg.tsv").write_text("index\tname\tabbreviation\n3\tspinal cord\tSC\n4\tliver\tL\n")
    assert names_of_labels(file) == {3: "spinal cord", 4: "liver"}


def test_a_table_above_it_serves_every_segmentation_and_nothing_else(save, tmp_path):
    (tmp_path / "sub-1/anat").mkdir(parents=True)
    file, other = save("sub-1/anat/sub-1_dseg.nii.gz"), save("sub-1/anat/sub-1_map.nii.gz")
    (tmp_path / "dseg.tsv").write_text("index\tname\n1\tmuscle\n")
    assert names_of_labels(file) == {1: "muscle"}
    assert names_of_labels(other) == {}


@pytest.mark.parametrize(
    "text",
    ["", "number\tname\n1\tcord\n", "index\tname\none\tcord\n", "index\tname\n1\n", pytest.param("\x00", id="nul")],
)
def test_a_damaged_table_is_refused(save, text):
    file = save("sub-1_dseg.nii.gz")
    file.with_name("sub-1_dseg.tsv").write_text(text)
    with pytest.raises(InputError, match=r"names in 'sub-1_dseg\.tsv'.*--mask-scheme"):
        names_of_labels(file)
