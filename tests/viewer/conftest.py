"""Sessions over a small study on disk, measured without intervals; what is segmented is the prompt's own body."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pnst.io.write import write_study
from pnst.settings import RunSettings
from pnst.viewer.session import Session
from pnst.workflow.inputs import CaseInputs
from silent_network import use_silent_network
from viewed_study import QUICK, SCENE


@pytest.fixture(scope="session")
def scene_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "thigh"
    write_study(SCENE.study(), folder)
    return folder


@pytest.fixture(scope="session")
def with_lesion(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "thigh"
    write_study(SCENE.study(), folder, lesions=[SCENE.lesion()])
    return folder


@pytest.fixture
def open_session(monkeypatch) -> Callable[..., Session]:
    use_silent_network(monkeypatch)

    def make(study: Path, out: Path | None = None, settings: RunSettings = QUICK, **inputs: Any) -> Session:
        return Session(CaseInputs(study=study, **inputs), settings, out)

    return make
