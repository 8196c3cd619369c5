"""A page on this machine: look at the slices, draw, correct, judge, and save what `pnst run` would write."""
