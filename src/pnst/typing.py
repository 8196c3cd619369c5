"""The array types, once. Shapes, units and axes stand in the docstring of the function that takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

AnyArray = NDArray[Any]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.floating[Any]]
"""Any precision: float64 where nothing is said."""
Float32Array = NDArray[np.float32]
"""Where single precision is part of the contract."""
IntArray = NDArray[np.integer[Any]]
