"""The command line: thin words over `pnst.workflow`."""

from pnst.cli.commands import app
from pnst.cli.comparing import compare
from pnst.cli.doctoring import doctor
from pnst.cli.entry import main
from pnst.cli.learning import evaluate, train
from pnst.cli.segmenting import segment

__all__ = ["app", "compare", "doctor", "evaluate", "main", "segment", "train"]
