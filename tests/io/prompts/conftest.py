"""A small oblique study, and how a refusal is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bodies import tilted
from pnst.errors import PnstError
from pnst.image import Grid, Volume
from pnst.io.digest import uid_digest
from pnst.io.prompts.prompt_file import PromptFile
from pnst.io.prompts.read import read_prompt
from pnst.study import Role, Series, Source, Study

FRAME, SERIES = "2.25.3", "2.25.2"


@pytest.fixture(scope="session")
def grid() -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = tilted((6, -9, 4)) * (0.9, 1.1, 3.0)
    affine[:3, 3] = (-20.0, 15.0, 40.0)
    return Grid((31, 28, 9), affine)


@pytest.fixture(scope="session")
def study(grid) -> Study:
    """Of a series and a frame of reference that are known by their digests."""
    source = Source("dicom", "0" * 64, uid_digest(SERIES), uid_digest(FRAME))
    t1 = Series(Role.T1, Volume(np.ones(grid.shape, dtype=np.float32), grid), source)
    return Study("A", {Role.T1: t1})


@pytest.fixture
def nameless(study) -> Study:
    """The same study without a word of its frame."""
    t1 = study.series[Role.T1]
    return Study("A", {Role.T1: Series(Role.T1, t1.volume, Source("nifti", "0" * 64))})


@pytest.fixture
def refused(study, tmp_path) -> Callable[..., PnstError]:
    """The refusal of a text, or of bytes, in a file."""

    def refusal(content: str | bytes, name: str = "prompt.json", kind=None) -> PnstError:
        file: Path = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(PnstError) as caught:
            read_prompt(PromptFile(file, kind=kind), study)
        assert all((caught.value.what, caught.value.got, caught.value.expected, caught.value.remedy))
        assert str(tmp_path) not in str(caught.value)
        return caught.value

    return refusal
