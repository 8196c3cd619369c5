"""A BIDS dataset measured as a BIDS-App does it: each participant alone, then the group from what they left."""
