"""Dates as this product writes them, where Django's own way is not the readers'."""
