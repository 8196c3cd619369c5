"""pnst measures peripheral nerve sheath tumours on MRI and scores benign against malignant. Not a medical device."""
