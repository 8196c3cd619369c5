"""`pnst push`: the DICOM objects of a run to a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pnst.cli.commands import app
from pnst.cli.terminal import print_stored, progress


@app.command()
def push(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of `pnst run --dicom`.")],
    url: Annotated[str, typer.Argument(help="dicomweb://HOST[:PORT]/PATH[/studies/UID]; dicomwebs:// for TLS.")],
) -> None:
    """Store the DICOM objects of a run at a DICOMweb server. Needs the optional part: pip install 'pnst[dicomweb]'.

    Credentials come from the environment: PNST_DICOMWEB_TOKEN, or PNST_DICOMWEB_USER and PNST_DICOMWEB_PASSWORD. The
    server's answer is checked for each object; where it refuses one, the exit status is 1.

    Example: pnst push results/ dicomwebs://pacs.example.org/dicom-web
    """
    from pnst import workflow

    with progress() as show_stage:
        objects = workflow.push(url, results, show_stage)
    print_stored(objects)
