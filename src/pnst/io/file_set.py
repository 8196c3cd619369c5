"""Files that belong together, written as one set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pnst.io.hidden_folder import system_refusals
from pnst.io.output_folder import OutputFolder, output_folder, refuse_irregular, refuse_replacing


@contextmanager
def file_set_folder(folder: Path, names: Iterable[str], inputs: Iterable[Path] = ()) -> Iterator[OutputFolder]:
    """Keep `folder` for files of these names, from before the work until they are written.

    Raises `InputError` when it cannot be such a folder, another run has it, or a file would replace one of the inputs.
    """
    with system_refusals(folder):
        replaced = [path for name in names if os.path.exists(path := folder / name) or os.path.islink(path)]
        refuse_irregular(folder, replaced)
        refuse_replacing(folder, replaced, inputs)
    with output_folder(folder) as output:
        yield output


def write_file_set(
    folder: Path | OutputFolder, files: Mapping[str, bytes], inputs: Iterable[Path] = (), stale: Iterable[str] = ()
) -> None:
    """Write every file into `folder`, in the place of those of an earlier set; other files are left alone.

    Files of an earlier set with `stale` names that are not written again give way.

    Everything is written to a hidden folder first, so that a failure leaves what was there. Raises `InputError` when
    `folder` cannot be such a folder, or when a file would replace one of the inputs.
    """
    if isinstance(folder, Path):
        with file_set_folder(folder, files, inputs) as output:
            write_file_set(output, files, stale=stale)
        return
    with system_refusals(folder.folder):
        for name, content in files.items():
            (folder.new / name).write_bytes(content)
        folder.publish(stale)
