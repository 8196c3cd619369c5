"""Files that belong together, written as one set."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from pnst.errors import InputError


def write_file_set(folder: Path, files: Mapping[str, bytes], inputs: Iterable[Path] = ()) -> None:
    """Write every file into `folder`, in the place of those of an earlier set; other files are left alone.

    Everything is written to a hidden folder first, so that a failure leaves what was there. Raises `InputError` when
    `folder` cannot be such a folder, or when a file would replace one of the inputs.
    """
    replaced = {(folder / name).resolve() for name in files} & {path.resolve() for path in inputs}
    if replaced:
        raise InputError(
            f"cannot write to {folder.name!r}",
            got=f"outputs that would replace the input {replaced.pop().name!r}",
            expected="a folder of its own",
            remedy="choose another folder with --out",
        )
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".pnst-", dir=folder))
    except OSError as error:
        raise InputError(
            f"cannot write to {folder.name!r}",
            got=error.strerror or "a folder that cannot be written",
            expected="a folder, new or with an earlier run's files",
            remedy="choose another folder with --out",
        ) from error
    try:
        for name, content in files.items():
            (staging / name).write_bytes(content)
        for name in files:
            os.replace(staging / name, folder / name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if made and not any(folder.iterdir()):
            folder.rmdir()
