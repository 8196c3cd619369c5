"""How probabilities compare with a diagnosis: pure functions of arrays."""
