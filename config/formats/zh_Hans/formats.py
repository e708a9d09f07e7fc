"""Chinese dates have no leading zero before 月."""

MONTH_DAY_FORMAT = "n月j日"
