"""The command line: thin words over `pnst.workflow`."""

from pnst.cli.cohorts import cohorts
from pnst.cli.commands import app
from pnst.cli.comparing import compare
from pnst.cli.doctoring import doctor
from pnst.cli.entry import main
from pnst.cli.learning import evaluate, train
from pnst.cli.pushing import push
from pnst.cli.segmenting import segment
from pnst.cli.viewing import view

__all__ = ["app", "cohorts", "compare", "doctor", "evaluate", "main", "push", "segment", "train", "view"]
