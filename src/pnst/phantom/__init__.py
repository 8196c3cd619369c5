"""Simulated studies with closed-form truth."""
