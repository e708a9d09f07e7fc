"""The customer's statements of points and of growth value under /my/: their own, made each time,
kept nowhere."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from growth import sessions, statement_files, statements
from growth.errors import NotFound
from growth.levels import standing
from growth.sessions import Visitor
from zones import pages, queries, render
from zones.facts import Facts, facts_of
from zones.models import Theme
from zones.views import answer

# So many lines of growth value are shown at most, the newest ones.
LINES = 200


def _page(template: str, visitor: Visitor, facts: Facts, context: dict[str, Any]) -> HttpResponse:
    """A page in the language, look and size of text of the customer's zone; for nobody's cache."""
    home = queries.home(visitor, facts.language)
    with translation.override(facts.language):
        frame = render.frame(facts, home.theme if home else Theme.LIGHT)
        html = render_to_string(template, frame | context)
    return HttpResponse(html, headers={"Cache-Control": "private, no-store"})


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The months that have a statement, newest first."""
    visitor = sessions.current(request)
    facts = facts_of(request, visitor)
    if visitor is None:
        return answer(request, pages.open_in_app(facts), status=403)
    months = statements.months(customer_id=visitor.customer_id)
    return _page("zones/statements.html", visitor, facts, {"months": months})


@require_safe
def month(request: HttpRequest, month: str) -> HttpResponseBase:
    """A month's statement: a page, or a file (``?format=csv``, ``xlsx``)."""
    visitor = sessions.current(request)
    facts = facts_of(request, visitor)
    if visitor is None:
        return answer(request, pages.open_in_app(facts), status=403)
    with translation.override(facts.language):
        try:
            found = statements.statement(
                customer_id=visitor.customer_id, month=statements.month_of(month)
            )
        except NotFound:
            raise Http404 from None
        bank, form = statement_files.bank_name(request), request.GET.get("format", "")
        if form in statement_files.FORMS:
            return statement_files.as_file(found, form=form, bank=bank, customer=visitor.ref)
        return _page(
            "zones/statement.html",
            visitor,
            facts,
            {"statement": found, "bank": bank, "customer": visitor.ref},
        )


@require_safe
def growth_value(request: HttpRequest) -> HttpResponse:
    """What the growth value of today is made of, the newest days first."""
    visitor = sessions.current(request)
    facts = facts_of(request, visitor)
    if visitor is None:
        return answer(request, pages.open_in_app(facts), status=403)
    with translation.override(facts.language):
        found = standing.lines(standing.entries(visitor.customer_id)[:LINES])
        level = standing.level(visitor)
        lines = [line for line in found if not line.over]
        return _page(
            "zones/growth.html", visitor, facts, {"lines": lines, "level": level, "most": LINES}
        )
