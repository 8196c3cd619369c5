"""What may be done to the images before anything is measured: shading divided out, series moved into one place."""
