"""Filters of statements and reports of points."""

from datetime import date, timedelta

from django import template

register = template.Library()


@register.filter
def signed(number: int) -> str:
    """A number of points with its sign and its thousands apart."""
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{abs(number):,}"


@register.filter
def day_before(day: date) -> date:
    """The last day on which points that expire on ``day`` can be spent."""
    return day - timedelta(days=1)


@register.filter
def points(number: float) -> str:
    """A number of points, rounded, with its thousands apart; − for less than nothing."""
    return f"{'−' if round(number) < 0 else ''}{abs(round(number)):,}"
