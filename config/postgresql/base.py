"""Django's PostgreSQL back end, which starts the embedded server when it is first needed."""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from config import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    """Commands that touch no database start no server, without a list of such commands."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, to a server that runs from now on at the latest."""
        embedded.start(settings.DATA_DIR)
        return super().get_new_connection(conn_params)
