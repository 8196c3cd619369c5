"""From a frame to the image of its slice. Witness: positions written by hand."""

from __future__ import annotations

import numpy as np
import pytest
from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from pnst.io.dicom_results.references import refer_to_source
from pnst.io.dicom_results.source import SourceFrame, SourceSeries
from pnst.study import Role

DERIVATION = CodedConcept("113076", "DCM", "Segmentation")


def frames_at(grid, slices) -> Dataset:
    dataset = Dataset()
    groups = []
    for k in slices:
        group, position = Dataset(), Dataset()
        position.ImagePositionPatient = [round(float(x), 6) for x in grid.to_world((0, 0, k)) * (-1, -1, 1)]
        group.PlanePositionSequence = Sequence([position])
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    return dataset


def sources(dataset: Dataset) -> list[Dataset]:
    return [g.DerivationImageSequence[0].SourceImageSequence[0] for g in dataset.PerFrameFunctionalGroupsSequence]


@pytest.mark.parametrize("slices", [range(2, 7), range(6, 1, -1), [3, 3, 5]])
def test_frames_name_their_slice_in_any_order(oblique, slices):
    grid = oblique()
    frames = tuple(SourceFrame("1.2", f"1.3.{k}", "1.4", None) for k in range(grid.shape[2]))
    dataset = frames_at(grid, slices)
    refer_to_source(dataset, SourceSeries(Role.T1, grid, "1.5", frames, False), grid, DERIVATION)
    assert [i.ReferencedSOPInstanceUID for i in sources(dataset)] == [f"1.3.{k}" for k in slices]
    assert "ReferencedFrameNumber" not in sources(dataset)[0]
    (series,) = dataset.ReferencedSeriesSequence
    assert len(series.ReferencedInstanceSequence) == grid.shape[2]


def test_frames_of_one_instance_are_numbered_and_it_is_listed_once(oblique):
    grid = oblique()
    frames = tuple(SourceFrame("1.2", "1.3", "1.4", 10 + k) for k in range(grid.shape[2]))
    dataset = frames_at(grid, range(4))
    refer_to_source(dataset, SourceSeries(Role.DWI, grid, "1.5", frames, False), grid, DERIVATION)
    assert [i.ReferencedFrameNumber for i in sources(dataset)] == [10, 11, 12, 13]
    (series,) = dataset.ReferencedSeriesSequence
    assert [i.ReferencedSOPInstanceUID for i in series.ReferencedInstanceSequence] == ["1.3"]


def test_slices_of_several_series_are_listed_by_series(oblique):
    """A b-value a series: the first volume's slices may be of any of them."""
    grid = oblique()
    frames = tuple(SourceFrame("1.2", f"1.3.{k}", f"1.4.{k % 2}", None) for k in range(grid.shape[2]))
    dataset = frames_at(grid, [0])
    refer_to_source(dataset, SourceSeries(Role.DWI, grid, "1.5", frames, False), grid, DERIVATION)
    assert [s.SeriesInstanceUID for s in dataset.ReferencedSeriesSequence] == ["1.4.0", "1.4.1"]
    counts = [len(s.ReferencedInstanceSequence) for s in dataset.ReferencedSeriesSequence]
    assert np.sum(counts) == grid.shape[2]
