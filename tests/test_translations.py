"""Every string that a person sees is there in Simplified Chinese."""

import ast
import re
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from config.translations import FOLDER

ROOT = FOLDER.parent.parent
ROOMS = ("growth", "benefits", "content", "zones", "templates", "config")
FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
FUNCTIONS |= {"pgettext", "pgettext_lazy"}
IN_TEMPLATE = re.compile(r"(?:\b_|gettext)\(\s*u?(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')", re.S)


def _in_python(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        name = getattr(getattr(node, "func", None), "id", "")
        if isinstance(node, ast.Call) and name in FUNCTIONS:
            texts = node.args[1:2] if name.startswith("pgettext") else node.args[:1]
            found |= {text.value for text in texts if isinstance(text, ast.Constant)}
    return found


def _in_template(source: str) -> set[str]:
    return {ast.literal_eval(text) for text in IN_TEMPLATE.findall(templatize(source))}


def _used() -> set[str]:
    found: set[str] = set()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                found |= _in_python(path.read_text())
            elif path.suffix in (".html", ".txt") and "templates" in path.parts:
                found |= _in_template(path.read_text())
    return {text for text in found if text}


def test_chinese_is_complete():
    catalogue = polib.pofile(str(Path(FOLDER) / "zh_Hans/LC_MESSAGES/django.po"))
    translated = {entry.msgid for entry in catalogue if entry.translated()}
    assert sorted(_used() - translated) == []


def test_the_reader_of_sources_finds_what_it_should():
    assert _in_python('x = _("a"); ngettext("b", "c", 2); pgettext("context", "d")') == {
        "a",
        "b",
        "d",
    }
    page = "{% load i18n %}{% translate 'e' %}{% blocktranslate %}f {{ g }}{% endblocktranslate %}"
    assert _in_template(page) == {"e", "f %(g)s"}
