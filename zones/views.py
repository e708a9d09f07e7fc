"""Customer pages. One query says who asks; the rest comes out of the cache."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from growth import sessions
from zones import pages, queries
from zones.cache import Shell
from zones.facts import facts_of

_VARY = "Cookie, Authorization, Accept-Encoding, Accept-Language"


def answer(
    request: HttpRequest,
    shell: Shell,
    *,
    status: int = 200,
    content_type: str = "text/html; charset=utf-8",
) -> HttpResponse:
    """The finished body, compressed where the client takes it; never kept by anybody between."""
    zipped = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
    response = HttpResponse(
        shell.zipped if zipped else shell.plain, content_type=content_type, status=status
    )
    headers = response.headers
    if zipped:
        headers["Content-Encoding"] = "gzip"
    headers["Cache-Control"] = "private, no-store"
    headers["Vary"] = _VARY
    return response


@require_safe
def zone(request: HttpRequest, slug: str) -> HttpResponse:
    """A zone."""
    facts = facts_of(request, sessions.current(request))
    return answer(request, pages.zone(slug, facts))


@require_safe
def article(request: HttpRequest, slug: str, article_slug: str) -> HttpResponse:
    """An article of a zone."""
    facts = facts_of(request, sessions.current(request))
    return answer(request, pages.article(slug, article_slug, facts))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The visitor's zones. With one zone there is nothing to choose from: it opens."""
    visitor = sessions.current(request)
    facts = facts_of(request, visitor)
    entries = queries.zones_for(visitor, facts.language)
    if visitor is not None and len(entries) == 1:
        return HttpResponseRedirect(entries[0].url)
    return answer(request, pages.index(entries, facts))


@require_safe
def my(request: HttpRequest) -> HttpResponse:
    """The customer's own page."""
    visitor = sessions.current(request)
    facts = facts_of(request, visitor)
    if visitor is None:
        return answer(request, pages.open_in_app(facts), status=403)
    return answer(request, pages.my(facts, queries.home(visitor, facts.language)))
