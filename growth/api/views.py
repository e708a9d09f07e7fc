"""What every view of the customer's API shares."""

from typing import Any

from django.utils import translation
from rest_framework.views import APIView

from growth.api.auth import CustomerAuthentication, IsCustomer
from growth.api.parsers import StrictJSONParser
from growth.api.throttles import CustomerThrottle
from growth.sessions import Visitor


class CustomerView(APIView):
    """For signed-in customers; answers in the customer's language and is kept by nobody."""

    authentication_classes = [CustomerAuthentication]
    permission_classes = [IsCustomer]
    parser_classes = [StrictJSONParser]
    throttle_classes = [CustomerThrottle]

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Check the caller, then speak the customer's language."""
        super().initial(request, *args, **kwargs)
        if isinstance(request.user, Visitor) and request.user.language:
            translation.activate(request.user.language)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing of this may be kept between us and the customer."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    @property
    def visitor(self) -> Visitor:
        """The customer who asks."""
        visitor: Visitor = self.request.user  # type: ignore[assignment]
        return visitor
