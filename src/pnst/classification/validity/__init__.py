"""Does the model give back what was published? Every row of every file against its prediction for a new study."""
