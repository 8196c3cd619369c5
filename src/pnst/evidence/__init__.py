"""Published figures and rules."""
