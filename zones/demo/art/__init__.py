"""Flat illustrations of the demo bank, drawn with Pillow alone."""
