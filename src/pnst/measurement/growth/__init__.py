"""Growth: what became of each lesion between dates."""
