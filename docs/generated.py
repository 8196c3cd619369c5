"""What the pages show but nobody types: the commands' own output, tables of settings and columns, the list of names."""

from __future__ import annotations

import dataclasses
import inspect
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import accuracy
import layers
from pydantic.fields import FieldInfo
from sphinx.pycode import ModuleAnalyzer

import pnst
from pnst.cli import app
from pnst.io.masks.schemes.table import TOOLS, schemes, structure_tool
from pnst.measurement.family import Family
from pnst.measurement.growth.settings import CompareSettings
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.measurement.settings import MeasureSettings
from pnst.phantom import TISSUES, Spec
from pnst.phantom.sources import CITATIONS, NO_PROTONS
from pnst.preprocessing.settings import DateAlignmentSettings, PreprocessSettings
from pnst.segmentation.outside import SegmentSettings, StructureSettings
from pnst.stage_settings import StageSettings

ROOT = Path(__file__).resolve().parents[1]
STUDY = "sample_data/malignant_dicom"
LESION = "sample_data/malignant_dicom/lesions/1.dcm"
BARE = ("t1", "t1_post", "t2_fs", "dwi")
"""Folders of that study that hold images: a bare folder, as a scanner would send it."""
LINE = ("--line=-21,7,-4:21,-7,-4:-7,-16,-4:4,17,-4", "--craniocaudal=-29,27")
"""What a person draws there: the long and the short axis in the slice where the tumour is largest, and its ends."""
COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands]
COMMANDS += [
    f"{group.name} {command.name or command.callback.__name__}"
    for group in app.registered_groups
    for command in group.typer_instance.registered_commands
]
SETTINGS = {
    name: info.annotation
    for stage in (MeasureSettings, PreprocessSettings)
    for name, info in stage.model_fields.items()
    if isinstance(info.annotation, type) and issubclass(info.annotation, StageSettings)
} | {
    "segment": SegmentSettings,
    "structures": StructureSettings,
    "compare": CompareSettings,
    "between_dates": DateAlignmentSettings,
}
"""Every table of settings that a run has, by its name in settings.toml."""


def write_all(folder: Path) -> None:
    """Makes every generated file in a folder, from scratch."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "site").mkdir(parents=True)
    for name, model in SETTINGS.items():
        (folder / f"settings-{name}.md").write_text(settings_table(model), encoding="utf-8")
    for family in FAMILY_TYPES:
        (folder / f"accuracy-{family}.md").write_text(accuracy.section(family), encoding="utf-8")
    for name, text in accuracy.card_extracts().items():
        (folder / f"card-{name}.md").write_text(text + "\n", encoding="utf-8")
    (folder / "parameters.md").write_text(parameters_table(), encoding="utf-8")
    (folder / "tissues.md").write_text(tissues_table(), encoding="utf-8")
    (folder / "columns.md").write_text(columns_table(), encoding="utf-8")
    (folder / "schemes.md").write_text(schemes_table(), encoding="utf-8")
    (folder / "programs.md").write_text(programs_table(), encoding="utf-8")
    (folder / "help.md").write_text("\n".join(help_section(name) for name in COMMANDS), encoding="utf-8")
    (folder / "layers.svg").write_text(layers.svg(), encoding="utf-8")
    (folder / "api.md").write_text(api_listing(), encoding="utf-8")
    write_main_job(folder)


def write_main_job(folder: Path) -> None:
    """Runs the tutorial's commands on the simulated study and keeps what they printed and wrote."""
    for name in BARE:
        shutil.copytree(ROOT / STUDY / name, folder / "patient" / name)
    (folder / "bare.txt").write_text(printed("inspect", str(folder / "patient")), encoding="utf-8")
    (folder / "line.txt").write_text(
        printed("run", str(folder / "patient"), *LINE, "--out", str(folder / "drawn")), encoding="utf-8"
    )
    (folder / "run.txt").write_text(
        printed("run", STUDY, "--lesion", LESION, "--out", str(folder / "out")), encoding="utf-8"
    )
    for name in ("measurements.json", "assessment.json", "settings.toml"):
        shutil.copy(folder / "out" / name, folder / name)
    shutil.copy(folder / "out" / "report.html", folder / "site" / "report.html")


def printed(*arguments: str) -> str:
    """What one command prints, in plain text; raises with its message where it fails."""
    environment = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-m", "pnst", *arguments]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"pnst {' '.join(arguments)} failed: {run.stderr}")
    lines = run.stdout.replace(str(ROOT / "docs" / "_generated") + os.sep, "").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip() + "\n"


def help_section(command: str) -> str:
    """A command's own help, under its name."""
    return f"### `pnst {command}`\n\n```text\n{printed(*command.split(), '--help')}```\n"


def attribute_docs(cls: type) -> dict[str, str]:
    """Attribute → the sentence that follows it in the source."""
    found = ModuleAnalyzer.for_module(cls.__module__).find_attr_docs()
    return {name: " ".join(lines).strip() for (owner, name), lines in found.items() if owner == cls.__name__}


def settings_table(model: type) -> str:
    """Every setting of one family with its default."""
    says = attribute_docs(model)
    own = {name: info for name, info in model.model_fields.items() if not has_table(info)}
    rows = [f"| `{name}` | {info.default} | {says.get(name, '')} |" for name, info in own.items()]
    return "\n".join(["| setting | default | what it is |", "|---|---|---|", *rows, ""])


def has_table(info: FieldInfo) -> bool:
    """Whether a setting is a table of its own."""
    return isinstance(info.annotation, type) and issubclass(info.annotation, StageSettings)


def tissues_table() -> str:
    """Every simulated tissue: its values, and below them what was read where."""
    header = ("T1 ms", "T2 ms", "PD", "D µm²/ms", "IVIM f", "D* µm²/ms", "fat", "uptake mmol/L", "sources")
    rows, cited = [], set()
    for tissue, properties in TISSUES.items():
        *values, sources = (getattr(properties, field.name) for field in dataclasses.fields(properties))
        groups = {field.name.replace("_", " "): getattr(sources, field.name) for field in dataclasses.fields(sources)}
        read = {group: source for group, source in groups.items() if source in CITATIONS}
        cited |= set(read.values())
        said = "; ".join(f"{group}: {source}" for group, source in read.items()) or (
            "no signal" if NO_PROTONS in groups.values() else "assumed"
        )
        name = tissue.name.lower().replace("_", " ")
        rows.append(f"| {name} | " + " | ".join(f"{value:g}" for value in values) + f" | {said} |")
    lines = ["| tissue | " + " | ".join(header) + " |", "|---" * (len(header) + 1) + "|", *rows, ""]
    opened = [f"- **{name}**: {text}" for name, text in CITATIONS.items() if name in cited]
    return "\n".join([*lines, "Groups of values that are not named are assumed. What was opened:", "", *opened, ""])


def schemes_table() -> str:
    """Every scheme of a label map: what writes it, its masks, and where its numbers were taken from."""
    rows = []
    for scheme in schemes().values():
        masks = sorted({mask for label in scheme.labels.values() for mask in label.masks})
        levels = [mask for mask in masks if mask.startswith("vertebra_")]
        plain = [f"`{mask}`" for mask in masks if mask not in levels] + (["`vertebra_…`"] if levels else [])
        held = ", ".join(plain) or "none: choose a label"
        rows.append(f"| `{scheme.name}` | {scheme.tool}, {scheme.of} | {held} | {scheme.source} |")
    return "\n".join(["| scheme | written by | masks | source |", "|---|---|---|---|", *rows, ""])


def programs_table() -> str:
    """Every program that `--structures` starts: on which series, and with which words."""
    rows = []
    for tool in map(structure_tool, TOOLS):
        runs = "<br>".join(f"`{' '.join(words)}`" for words in tool.runs)
        rows.append(f"| `{tool.name}` | {tool.title}: {tool.finds} | {', '.join(tool.series)} | {runs} |")
    return "\n".join(["| `--structures` | finds | on the first of | runs |", "|---|---|---|---|", *rows, ""])


def columns_table() -> str:
    """Every column of every family with its type."""
    rows = []
    for family, record in FAMILY_TYPES.items():
        says = attribute_docs(record)
        rows += [
            f"| `{family}.{name}` | {kind_text(record, name)} | {says.get(name, '')} |"
            for name in record.column_names()
        ]
    return "\n".join(["| column | type | remark |", "|---|---|---|", *rows, ""])


def kind_text(record: type[Family], column: str) -> str:
    """What a column holds, in words; "optional" where it may be absent or null."""
    hint = record.hint_of(column)
    values = get_args(hint) if get_origin(hint) is Literal else ()
    kind = ", ".join(f'"{value}"' for value in values) or ("numbers" if get_origin(hint) is tuple else hint.__name__)
    absent = column not in record.required() or column in record.nullable
    return f"{kind}, optional" if absent else kind


def parameters_table() -> str:
    """Every parameter of a simulated study by its dotted name, with its default."""
    rows = [f"| `{name}` | {default} | {says} |" for name, default, says in parameters(Spec)]
    return "\n".join(["| parameter | default | what it is |", "|---|---|---|", *rows, ""])


def parameters(kind: type, table: str = "") -> Iterator[tuple[str, str, str]]:
    """The parameters of a dataclass and of those within it: name, default, the sentence that follows it."""
    says, hints = attribute_docs(kind), get_type_hints(kind)
    for field in dataclasses.fields(kind):
        within = hints[field.name]
        inner = [part for part in (within, *get_args(within)) if dataclasses.is_dataclass(part)]
        step = {tuple: ".N", None: ""}.get(get_origin(within), ".ROLE")
        if inner:
            yield from parameters(inner[0], f"{table}{field.name}{step}.")
        else:
            yield f"{table}{field.name}", shown_default(field), says.get(field.name, "")


def shown_default(field: dataclasses.Field[object]) -> str:
    """A default as it is written in a cell."""
    if field.default is dataclasses.MISSING:
        return "must be given"
    return f"`{cell(field.default)}`"


def cell(value: object) -> str:
    """A value as it is written in a cell of a table."""
    if isinstance(value, tuple):
        return ";".join(map(cell, value))
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def api_listing() -> str:
    """An autodoc entry for each public name, in the order of `pnst.__all__`."""
    entries = []
    for name in pnst.__all__:
        thing = getattr(pnst, name)
        if inspect.isclass(thing):
            entries.append(f".. autoclass:: pnst.{name}\n   :members:\n")
        elif inspect.ismodule(thing):
            entries.append(f".. automodule:: pnst.{name}\n   :members:\n")
        elif callable(thing):
            entries.append(f".. autofunction:: pnst.{name}\n")
    return "```{eval-rst}\n" + "\n".join(entries) + "```\n"
