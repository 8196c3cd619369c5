"""The families of measurements, one file a family."""
