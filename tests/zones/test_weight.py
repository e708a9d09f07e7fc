"""A page is light: the phones are old."""

import gzip
import re
from pathlib import Path

from django.conf import settings

from zones.templatetags import zones

STATIC = Path(settings.BASE_DIR) / "zones" / "static" / "zones"


def weight(pattern: str) -> int:
    return sum(len(gzip.compress(path.read_bytes())) for path in STATIC.glob(pattern))


def test_scripts_and_styles_keep_to_their_budget():
    assert 0 < weight("*.js") <= 20_000
    assert 0 < weight("*.css") <= 12_000


def test_the_page_asks_early_for_every_module_that_it_needs_at_once():
    needed, waiting = set(), ["main"]
    while waiting:
        text = (STATIC / f"{waiting.pop()}.js").read_text()
        found = set(re.findall(r'^import .* from "\./(\w+)\.js";', text, re.M)) - needed
        needed |= found
        waiting += found

    assert needed == set(zones.MODULES)


def test_scripts_never_turn_data_into_markup():
    for path in STATIC.glob("*.js"):
        script = path.read_text()
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in script, path.name


def test_type_sizes_follow_the_readers_own():
    for path in STATIC.glob("*.css"):
        for line in path.read_text().splitlines():
            assert "font-size: " not in line or "px" not in line.split("font-size: ")[1][:8]
