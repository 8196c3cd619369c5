"""What a Jupyter notebook alone can show: images to scroll through, in NiiVue's widget."""
