"""Every picture of the demo bank by name, drawn when asked for; none is stored."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from .art import campus, city, gifts, heroes, leisure, levels, payroll, senior
from .art.canvas import Canvas

_SCENES: dict[str, Callable[[], Canvas]] = {
    **heroes.HEROES,
    **payroll.PICTURES,
    **senior.PICTURES,
    **gifts.PICTURES,
    **campus.PICTURES,
    **city.PICTURES,
    **leisure.PICTURES,
    **levels.LEVELS,
}
NAMES: tuple[str, ...] = tuple(_SCENES)

TITLES = {
    "payroll-hero": "Payslip, salary card and phone on a desk",
    "senior-hero": "A bench under a willow by the lake",
    "student-hero": "A campus with books and a bicycle",
    "city-hero": "The river at dusk with tram and ferry",
    **levels.TITLES,
}

# How far down the middle of the subject is, where a wide crop would otherwise cut it.
FOCUS = {
    "tram": 400,
    "pension": 385,
    "tax": 360,
    "internship": 350,
    "new-job": 360,
    "printworks": 350,
    "branch": 350,
    "family": 270,
    "budget": 345,
    "willow-sign": 250,
    "campus-card": 360,
    "market": 330,
}


def draw(name: str) -> Image.Image:
    """Draw one picture. Raises KeyError for a name that is not in `NAMES`."""
    return _SCENES[name]().finish()


def title(name: str) -> str:
    """What a media library calls the picture."""
    return TITLES.get(name) or (_SCENES[name].__doc__ or name).split("\n")[0].rstrip(".")


def focus(name: str) -> tuple[int, int] | None:
    """The point that every crop keeps, where it is not the middle."""
    return (400, FOCUS[name]) if name in FOCUS else None
