"""The operators' admin of growth: lists, forms in plain language, customer page, home page."""
