"""Studies from a DICOMweb server."""
