"""Every picture of the demo bank by name, drawn when asked for; none is stored."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from .art.articles import ARTICLES
from .art.benefits import BENEFITS
from .art.canvas import Canvas
from .art.heroes import HEROES
from .art.levels import LEVELS

_SCENES: dict[str, Callable[[], Canvas]] = {**HEROES, **ARTICLES, **BENEFITS, **LEVELS}
NAMES: tuple[str, ...] = tuple(_SCENES)

TITLES = {
    "payroll-hero": "Payslip, salary card and phone on a desk",
    "senior-hero": "A bench under a willow by the lake",
    "student-hero": "A campus with books and a bicycle",
    "city-hero": "The river at dusk with tram and ferry",
}


def draw(name: str) -> Image.Image:
    """Draw one picture. Raises KeyError for a name that is not in `NAMES`."""
    return _SCENES[name]().finish()


def title(name: str) -> str:
    """What a media library calls the picture."""
    return TITLES.get(name) or (_SCENES[name].__doc__ or name).split("\n")[0].rstrip(".")
