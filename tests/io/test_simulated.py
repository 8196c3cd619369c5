"""A simulation with its truth. Invariant: what fails leaves nothing."""

from __future__ import annotations

import pytest

from pnst.io.simulated import six_digits, write_simulated


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


@pytest.mark.parametrize(
    ("value", "written"), [(2 / 3, 0.666667), (123456.789, 123457.0), (7, 7), (True, True), ("cystic", "cystic")]
)
def test_numbers_have_six_digits_and_anything_else_is_left(value, written):
    """Closed form."""
    assert six_digits(value) == written
    assert type(six_digits(value)) is type(written)
