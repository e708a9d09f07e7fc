"""JSON as we accept it: strict, and of a bounded size."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.parsers import BaseParser

from growth.values import BadJson, check_json, parse_json


class TooLarge(exceptions.APIException):
    """The body is larger than this operation takes."""

    status_code = 413
    default_code = "too_large"
    default_detail = _("The body is too large.")


class StrictJSONParser(BaseParser):
    """No key twice, no NaN, no NUL, no endless nesting; at most ``max_bytes``."""

    media_type = "application/json"
    max_bytes = 64 * 1024

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body as a value. Raises ParseError and TooLarge."""
        body = stream.read(self.max_bytes + 1)
        if len(body) > self.max_bytes:
            raise TooLarge
        try:
            value = parse_json(body.decode())
            check_json(value)
        except (BadJson, UnicodeDecodeError) as error:
            raise exceptions.ParseError(str(error)) from None
        return value
