"""Files that belong together, written as one set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from pnst.io.atomic import staging_folder, unwritable_folder


def write_file_set(folder: Path, files: Mapping[str, bytes], inputs: Iterable[Path] = ()) -> None:
    """Write every file into `folder`, in the place of those of an earlier set; other files are left alone.

    Everything is written to a hidden folder first, so that a failure leaves what was there. Raises `InputError` when
    `folder` cannot be such a folder, or when a file would replace one of the inputs.
    """
    replaced = {(folder / name).resolve() for name in files} & {path.resolve() for path in inputs}
    if replaced:
        raise unwritable_folder(folder, f"outputs that would replace the input {replaced.pop().name!r}")
    with staging_folder(folder) as staging:
        for name, content in files.items():
            (staging / name).write_bytes(content)
        for name in files:
            os.replace(staging / name, folder / name)
