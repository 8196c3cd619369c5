"""The command line: thin words over `pnst.workflow`."""

from pnst.cli.commands import app
from pnst.cli.entry import main

__all__ = ["app", "main"]
