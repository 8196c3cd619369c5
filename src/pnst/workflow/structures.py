"""The structures round a lesion, found by a program outside pnst: an image out, label maps back, masks in the study."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pnst.errors import InputError, PnstError
from pnst.segmentation.outside import StructureSettings, filled
from pnst.study import Role, Study
from pnst.workflow.outside_command import last_words, run_command

if TYPE_CHECKING:
    from pnst.io.masks.schemes.table import StructureTool


def with_outside_structures(study: Study, tool_name: str, settings: StructureSettings) -> Study:
    """The study with the masks that a program finds in it, beside those that it has; the notes tell which, on what.

    Raises `SettingError` for a program that is unknown, `InputError` where it is not installed, the study has no series
    that it takes, it fails, takes too long, or gives no label map that its own scheme can read.
    """
    from pnst.io.masks.schemes.table import structure_tool
    from pnst.io.nifti.read import write_volume

    tool = structure_tool(tool_name)
    role = _fitting(tool, study)
    if shutil.which(tool.program) is None:
        raise _bad_answer(tool, f"no program {tool.program!r}", f"{tool.title} on the path", "install it: pnst doctor")
    with tempfile.TemporaryDirectory(prefix="pnst-") as folder:
        place = Path(folder)
        image = place / tool.image
        write_volume(image, study.series[role].volume)
        with open(place / "output", "w+b") as output:
            for words in tool.runs:
                command = filled(words, {"image": str(image), "folder": str(place)})
                refusal = partial(_bad_answer, tool)
                run_command(command, output, settings.time_limit_s, "structures.time_limit_s", refusal, place)
            return _answered(study, tool, role, place, output)


def _fitting(tool: StructureTool, study: Study) -> Role:
    """The series that the program is given."""
    fitting = [Role(role) for role in tool.series if role in study.series]
    if not fitting:
        present = ", ".join(study.series) or "none"
        raise _bad_answer(tool, present, f"a series that it takes: {', '.join(tool.series)}", "assign one: --role")
    return fitting[0]


def _answered(study: Study, tool: StructureTool, role: Role, place: Path, output: IO[bytes]) -> Study:
    from pnst.io.masks.file import LabelMapFile
    from pnst.io.masks.named import with_structures

    for pattern, scheme in tool.answers.items():
        files = sorted(place.glob(pattern))
        if len(files) != 1:
            got = f"{len(files)} files {pattern}{last_words(output)}"
            raise _bad_answer(tool, got, "one", "run the command by itself; its version may answer otherwise")
        try:
            study = with_structures(study, LabelMapFile(files[0], scheme))
        except PnstError as error:
            raise _bad_answer(tool, f"{error.what}: {error.got}", error.expected, error.remedy) from error
    return replace(study, notes=(*study.notes, f"structures: by {tool.title}, outside pnst, on the {role} series"))


def _bad_answer(tool: StructureTool, got: str, expected: str, remedy: str) -> InputError:
    return InputError(f"{tool.title} found no structures", got=got, expected=expected, remedy=remedy)
