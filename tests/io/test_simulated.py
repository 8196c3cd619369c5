"""Invariant: what fails leaves nothing."""

from __future__ import annotations

import pytest

from pnst.io.simulated import write_simulated


@pytest.mark.parametrize("kind", ["nifti", "bids", "dicom"])
def test_a_simulation_whose_truth_fails_leaves_nothing(study, lesion, tmp_path, kind):
    class Broken:
        seed = 0

        @property
        def truth(self):
            raise ArithmeticError

    simulated = Broken()
    simulated.study, simulated.lesion = study, lesion
    with pytest.raises(ArithmeticError):
        write_simulated(simulated, tmp_path / "out", kind)
    assert not list(tmp_path.iterdir())
