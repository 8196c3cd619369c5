"""Studies of public bug reports (shared/cases): the right answer stands at the top of each maker."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.io.study import inspect, read_study
from pnst.study import Role, Study

Maker = Callable[..., Path]


@pytest.fixture
def make(shared_data, tmp_path) -> Maker:
    """Write the study of a case, with these globals of its maker set otherwise, and give its folder."""

    def write(name: str, **changed: object) -> Path:
        module = _module(shared_data.parent / "cases" / f"{name}.py")
        for key, value in changed.items():
            setattr(module, key, value)
        module.make(tmp_path)
        return tmp_path / "study"

    return write


def _module(file: Path) -> ModuleType:
    if not file.is_file():
        pytest.skip(f"the case {file.stem} is not here")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lesion_adc(study: Study) -> float:
    """um2/ms in the lesion's middle voxel, by a line through the logarithms (the makers' closed form: 1.20)."""
    dwi = study.series[Role.DWI]
    signal = np.log(dwi.volume.data[32, 29, 9].astype(float))
    return float(-1000 * np.polyfit(np.asarray(dwi.b_values), signal, 1)[0])


@pytest.mark.filterwarnings("ignore")
def test_legacy_converted_enhanced_images(make):
    """Case 10: T1 without contrast, and b-values from the unassigned attributes."""
    study = read_study(make("10_legacy_converted_enhanced"))
    assert set(study.series) == {Role.T1, Role.DWI}
    assert study.series[Role.DWI].b_values == (0.0, 400.0, 800.0)
    assert lesion_adc(study) == pytest.approx(1.2, abs=0.01)


def test_a_series_uid_for_each_volume(make):
    """Case 12."""
    study = read_study(make("12_series_uid_of_each_volume"))
    assert study.series[Role.DWI].b_values == (0.0, 400.0, 400.0, 400.0, 800.0, 800.0, 800.0)
    assert lesion_adc(study) == pytest.approx(1.2, abs=0.01)


def test_readout_segmented_names(make):
    """Case 13."""
    study = read_study(make("13_readout_segmented_names"))
    assert study.series[Role.DWI].b_values == (50.0, 400.0, 800.0)
    assert lesion_adc(study) == pytest.approx(1.2, abs=0.01)


def test_secondary_captures(make):
    """Case 25: the T1 is whole, the captures have no role."""
    folder = make("25_secondary_captures")
    assert read_study(folder).series[Role.T1].volume.data.shape == (64, 60, 20)
    assert sorted(str(guess.role) for guess in inspect(folder)) == ["None", "None", "t1"]


@pytest.mark.parametrize("pair", range(6))
def test_words_for_contrast(make, pair):
    """Case 27: of each pair the first is before contrast, the second after."""
    folder = make("27_words_for_contrast", PAIR=pair)
    assert {guess.key: guess.role for guess in inspect(folder)} == {"s1": Role.T1, "s2": Role.T1_POST}


def test_a_cd_and_its_archive(make):
    """Case 28: the folder and its DICOMDIR are read, the archive is refused with what to do."""
    folder = make("28_zip_and_dicomdir")
    for given in (folder, folder / "DICOMDIR", folder / "DICOM/PAT1/STD1/SER1/IMG00003"):
        assert read_study(given).series[Role.T1].volume.data.shape == (64, 60, 20)
    for given in (folder.parent / "study.zip", folder.parent / "zipped"):
        with pytest.raises(InputError, match="unpack it and give the folder"):
            read_study(given)


def test_descriptions_after_surgery(make):
    """Case 32."""
    roles = {guess.key: guess.role for guess in inspect(make("32_descriptions_after_surgery"))}
    assert roles == {"s1": Role.T1, "s2": Role.WATER, "s3": Role.FAT, "s4": None, "s5": None}


def test_philips_scale_of_each_volume(make):
    """Case 33: floating point values, not the displayed ones (0.96)."""
    assert lesion_adc(read_study(make("33_philips_scale_of_each_volume"))) == pytest.approx(1.2, abs=0.01)
