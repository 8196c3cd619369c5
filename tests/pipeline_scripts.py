"""The scripts of `pipelines/`, which are no package, as modules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PIPELINES = Path(__file__).parents[1] / "pipelines"


def script_of(pipeline: str, name: str) -> ModuleType:
    """One script. Those beside it, which it imports by their bare names, are forgotten: other pipelines have such."""
    folder = PIPELINES / pipeline
    spec = importlib.util.spec_from_file_location(f"{pipeline}_{name}", folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    sys.path.insert(0, str(folder))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
        for file in folder.glob("*.py"):
            sys.modules.pop(file.stem, None)
    return module
