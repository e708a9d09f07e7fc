"""DRF throttles over ``growth.ratelimits``."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import BaseThrottle

from growth import ratelimits
from growth.sessions import Visitor


class CustomerThrottle(BaseThrottle):
    """By customer: reads and writes apart. Who is not signed in is not counted here."""

    def allow_request(self, request: Any, view: Any) -> bool:
        """True, or the refusal itself (it knows how long to wait)."""
        if isinstance(request.user, Visitor):
            name = "reads" if request.method in SAFE_METHODS else "writes"
            ratelimits.hit(name, request.user.customer_id)
        return True
