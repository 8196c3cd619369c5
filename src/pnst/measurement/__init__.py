"""One file a family of measurements; a literal table in `families` lists them."""
