"""From measurements to a probability."""
