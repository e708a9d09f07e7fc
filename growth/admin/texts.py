"""Names and texts in several languages: one input for each, never JSON."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput


class LanguagesWidget(forms.MultiWidget):
    """One input for each language of the site, under each other, with the language's name."""

    template_name = "growth/admin/languages.html"

    def __init__(self, attrs: Any = None, *, long: bool = False) -> None:
        widget = AdminAutoHeightTextInput if long else forms.TextInput
        codes = [code for code, _name in settings.LANGUAGES]
        super().__init__({code.replace("-", "_"): widget() for code in codes}, attrs)

    def decompress(self, value: Any) -> list[str]:
        texts = value if isinstance(value, dict) else {}
        return [texts.get(code, "") for code, _name in settings.LANGUAGES]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        inputs = context["widget"]["subwidgets"]
        for entry, (code, _name) in zip(inputs, settings.LANGUAGES, strict=True):
            entry["language"] = get_language_info(code)["name_local"]
            entry["attrs"]["lang"] = code
        return context


class LanguagesField(forms.MultiValueField):
    """``{"en": …, "zh-hans": …}``; a language left empty is left out."""

    widget = LanguagesWidget
    default_error_messages = {"required": _("Give it in one language at least.")}

    def __init__(self, *, long: bool = False, max_length: int = 200, **options: Any) -> None:
        options.pop("encoder", None), options.pop("decoder", None)
        fields = [
            forms.CharField(required=False, max_length=None if long else max_length)
            for _language in settings.LANGUAGES
        ]
        options.setdefault("widget", LanguagesWidget(long=long))
        super().__init__(fields=fields, require_all_fields=False, **options)

    def compress(self, values: list[str]) -> dict[str, str]:
        pairs = zip(settings.LANGUAGES, values or [], strict=False)
        return {code: text for (code, _name), text in pairs if text}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.compress(data or []) != (initial or {})


def merged(before: Any, after: dict[str, str]) -> dict[str, str]:
    """``after``, with the languages of ``before`` that the form does not show."""
    shown = {code for code, _name in settings.LANGUAGES}
    kept = before if isinstance(before, dict) else {}
    return {**{code: text for code, text in kept.items() if code not in shown}, **after}
