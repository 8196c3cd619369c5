"""A small scene on disk, and one run over it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from pnst import workflow
from pnst.io.write import write_study
from pnst.workflow import Case, CaseInputs
from scenes import Scene
from without_intervals import QUICK_RUN

SCENE = Scene(radius=9, halo=5, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "thigh"
    write_study(SCENE.study(), folder, "nifti", [SCENE.lesion()])
    return folder


@dataclass(frozen=True)
class Finished:
    """A run, the stages that it reported, and its outputs."""

    case: Case
    stages: list[str]
    out: Path

    def copied(self, place: Path) -> Path:
        return Path(shutil.copytree(self.out, place))


@pytest.fixture(scope="session")
def finished(folder, tmp_path_factory) -> Finished:
    stages: list[str] = []
    out = tmp_path_factory.mktemp("finished") / "o"
    return Finished(workflow.run_case(CaseInputs(folder), out, QUICK_RUN, stages.append), stages, out)
