"""From a prompt to a lesion; tissue classes; the oedema zone."""
