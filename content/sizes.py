"""Sizes that pictures are made in. Few, so that a page loads them all in one query."""

# Twice the size on a 390-pixel phone; WebP is read by every webview of the last five years.
HERO = "fill-840x560|format-webp|webpquality-78"
WIDE = "fill-720x405|format-webp|webpquality-76"
THUMB = "fill-240x240|format-webp|webpquality-76"
ALL = (HERO, WIDE, THUMB)
# Everything but a zone's hero stands in a card or a row.
OF_OTHERS = (WIDE, THUMB)
NAMES = {"hero": HERO, "wide": WIDE, "thumb": THUMB}
