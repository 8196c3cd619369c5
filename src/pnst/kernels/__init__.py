"""The vectorised NumPy core: arrays and spacing in, arrays out; no I/O, no types of the layers above."""
