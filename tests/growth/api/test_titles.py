"""Every code that the API can answer has a title for people."""

import ast
from pathlib import Path

from django.utils import translation

from benefits import errors  # noqa: F401 - its refusals are looked at below
from growth import access, ratelimits  # noqa: F401
from growth.api import problems
from growth.errors import GrowthError

ROOT = Path(problems.__file__).parents[2]
# Only operators meet these, in forms and commands that show the detail.
OPERATORS_ONLY = {
    "already_decided", "approved_already", "content_changed", "draft_under_way", "ends_already",
    "expiry_over", "hold_released", "kind_is_fixed", "not_allowed", "not_approved", "not_usable",
    "outdated", "program_faults", "reason_missing", "request_expired", "same_person",
    "stock_below_redeemed", "under_review",
}  # fmt: skip


def kinds(base: type) -> set[type]:
    return {base}.union(*(kinds(each) for each in base.__subclasses__()))


def said_in_place() -> set[str]:
    """Codes in ``Refused(status, code, detail)``, ``problem_response(code=…)`` and the like."""
    found = set()
    for room in ("growth", "benefits", "zones"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "id", "")
                values = [kw.value for kw in node.keywords if kw.arg == "code"]
                values += node.args[1:2] if name == "Refused" else []
                if name in ("Refused", "problem_response", "problem"):
                    found |= {v.value for v in values if isinstance(v, ast.Constant)}
    return found


def test_every_code_has_a_title_in_every_language():
    codes = {kind.code for kind in kinds(GrowthError) if not kind.__module__.startswith("tests")}
    codes |= {"cross_site", "too_large", *problems._CODES.values(), *said_in_place()}
    assert len(codes) > 20
    assert sorted(codes - OPERATORS_ONLY - set(problems.TITLES)) == []
    with translation.override("zh-hans"):
        assert all(not str(title).isascii() for title in problems.TITLES.values())
