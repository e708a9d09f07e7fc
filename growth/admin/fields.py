"""Fields that forms of the program share."""

from typing import Any

from django import forms
from wagtail.admin.widgets import AdminDateInput

MAX_NUMBER = 10**9


def whole(
    label: Any, help_text: Any = "", *, least: int = 0, most: int = MAX_NUMBER
) -> forms.IntegerField:
    """A whole number that may be left empty."""
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=least, max_value=most, required=False
    )


def day(label: Any = "", help_text: Any = "") -> forms.DateField:
    """A day that may be left empty."""
    return forms.DateField(label=label, help_text=help_text, required=False, widget=AdminDateInput)
