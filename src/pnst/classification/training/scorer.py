"""A fitted pipeline, calibrated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pnst.typing import FloatArray


@dataclass(frozen=True, eq=False)
class Scorer:
    """A fitted pipeline, and the line that turns its score into log-odds."""

    pipeline: Any
    slope: float
    intercept: float

    def log_odds(self, matrix: FloatArray) -> FloatArray:
        """Calibrated log-odds (n,) of malignancy; features (n, p)."""
        log_odds: FloatArray = self.slope * self.pipeline.decision_function(matrix) + self.intercept
        return log_odds

    def parts(self) -> dict[str, Any]:
        """As it is stored."""
        return {"pipeline": self.pipeline, "slope": float(self.slope), "intercept": float(self.intercept)}
