"""Make an API client, or change its secrets."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from growth import access
from growth.errors import GrowthError


class Command(BaseCommand):
    help = "Makes an API client and prints its id and secret, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="what to call the bank's system")
        parser.add_argument(
            "--scope", action="append", default=[], help=f"one of {', '.join(access.SCOPES)}"
        )
        parser.add_argument(
            "--source", action="append", default=[], help="it may send events of this source only"
        )
        parser.add_argument(
            "--rotate", metavar="CLIENT_ID", help="give the client a second live secret"
        )
        parser.add_argument(
            "--retire", metavar="CLIENT_ID", help="end a rotation: revoke the older secret"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [key for key in ("name", "rotate", "retire") if options[key]]
        if len(chosen) != 1:
            raise CommandError("give either a NAME, or --rotate or --retire with a CLIENT_ID")
        try:
            told = self._do(chosen[0], options)
        except GrowthError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(told))

    def _do(self, what: str, options: dict[str, Any]) -> dict[str, Any]:
        if what == "rotate":
            client_id = options["rotate"]
            return {"client_id": client_id, "secret": access.add_secret(client_id=client_id)}
        if what == "retire":
            client_id = options["retire"]
            access.retire_older_secret(client_id=client_id)
            return {"client_id": client_id, "retired": True}
        client_id, secret = access.create_client(
            name=options["name"], scopes=options["scope"], sources=options["source"]
        )
        return {"client_id": client_id, "secret": secret}
