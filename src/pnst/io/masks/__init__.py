"""Lesions and masks from files of every kind."""
