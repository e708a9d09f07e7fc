"""The demo's written material: YAML files beside this module."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent
PROGRAM = FOLDER / "program.yaml"
LANGUAGES = ("en", "zh-hans")
ZONES = ("payroll", "senior", "student", "city")


@cache
def read(name: str) -> Any:
    """A file by its path below this folder, without its ending."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def page(slug: str, language: str) -> dict[str, Any]:
    """A zone as it is written in one language."""
    written: dict[str, Any] = read(f"pages/{slug}.{language}")
    return written
