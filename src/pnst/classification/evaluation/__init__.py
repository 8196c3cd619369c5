"""How well probabilities agree with a known diagnosis."""
