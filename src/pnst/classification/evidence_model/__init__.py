"""The default model: published figures, their uncertainty, and Bayes' rule."""
