"""Files in, files out: DICOM, NIfTI, BIDS, masks, results."""
