"""DICOM counts positions towards the patient's left, posterior and superior (LPS); everything above `io` is in RAS."""

from __future__ import annotations

import numpy as np

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""(4, 4), its own inverse; the upper 3 × 3 turns directions."""
LPS_TO_RAS.flags.writeable = False
