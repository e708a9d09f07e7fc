"""``/handoff/``: from the bank's app into a zone, by a one-time ticket.

The ticket comes in the body of a POST. Where the app can only open an address, it stands in the
fragment, which no browser sends: the page takes it out of the address and posts it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from growth import sessions
from growth.api.auth import is_cross_site
from growth.api.problems import problem_response
from growth.errors import GrowthError
from growth.models import Customer
from growth.paths import DEFAULT, is_own_path
from growth.sessions import Session

MAX_BODY = 4096
MAX_DEMO_CUSTOMERS = 50

View = Callable[..., HttpResponse]


class HttpResponseSeeOther(HttpResponseRedirect):
    """303: the browser goes on with GET."""

    status_code = 303


def private(view: View) -> View:
    """Kept by nobody, told to nobody."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return answer


@csrf_exempt  # the ticket is the proof; who comes from another site is refused below
@require_http_methods(["GET", "HEAD", "POST"])
@private
def handoff(request: HttpRequest) -> HttpResponse:
    """GET: the page that posts the fragment. POST: use the ticket, go where it leads."""
    if "ticket" in request.GET:
        # It has been in logs by now: refused, and better not used at all.
        return _refuse(request, 400, "invalid", _("A ticket must not stand in the address."))
    if request.method != "POST":
        return _page(request, "growth/handoff.html")
    if is_cross_site(request, allow_null=True):
        return _refuse(request, 403, "cross_site", _("This came from another site."))
    if (request.content_type or "") != "application/x-www-form-urlencoded":
        return _refuse(request, 415, "unsupported_media_type", _("A form was expected."))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit() or len(length) > 9 or int(length) > MAX_BODY:
        return _refuse(request, 413, "too_large", _("That is too long."))
    try:
        opened = sessions.open_session(
            ticket=request.POST.get("ticket", ""), earlier=sessions.cookie_token(request)
        )
    except GrowthError as error:
        return _refuse(request, error.status, error.code, error.detail)
    return _signed_in(opened)


def local_only(view: View) -> View:
    """Is not there except on a local machine."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.ENVIRONMENT != "local":
            raise Http404
        return view(request, *args, **kwargs)

    return answer


@local_only
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def demo(request: HttpRequest) -> HttpResponse:
    """The demo's customers as buttons: no bank is there to issue tickets."""
    if request.method != "POST":
        return _page(request, "growth/demo.html", _demo_context(request))
    if is_cross_site(request):
        return _refuse(request, 403, "cross_site", _("This came from another site."))
    try:
        opened = sessions.open_demo_session(
            customer_ref=request.POST.get("customer", "")[:128],
            next_path=_demo_path(request.POST.get("next", "")),
            earlier=sessions.cookie_token(request),
        )
    except GrowthError as error:
        return _refuse(request, error.status, error.code, error.detail)
    return _signed_in(opened)


def _demo_context(request: HttpRequest) -> dict[str, Any]:
    """All customers of the demo, or the one that the link names."""
    refs = Customer.objects.filter(ref__startswith="demo-").order_by("ref")
    if wanted := request.GET.get("customer", ""):
        refs = refs.filter(ref=wanted[:128].replace("\x00", ""))
    return {
        "customers": list(refs.values_list("ref", flat=True)[:MAX_DEMO_CUSTOMERS]),
        "next": _demo_path(request.GET.get("next", "")),
    }


def _demo_path(text: str) -> str:
    return text if is_own_path(text) else DEFAULT


def _signed_in(opened: Session) -> HttpResponse:
    path = opened.next if is_own_path(opened.next) else DEFAULT
    response = HttpResponseSeeOther(path)
    response.set_cookie(
        sessions.cookie_name(),
        opened.token,
        max_age=sessions.MAX_MINUTES * 60,
        path="/",
        secure=sessions.secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def _refuse(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    """A page for people, a problem for programs."""
    if "text/html" in request.META.get("HTTP_ACCEPT", ""):
        return _page(request, "growth/handoff_refused.html", {"detail": detail}, status)
    return problem_response(status=status, code=code, detail=detail)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page in the look of the zones."""
    facts = {"facts": {"language": get_language()}}
    return render(request, template, facts | (context or {}), status=status)
