"""Make an API client, change its secrets, or stop it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from growth import access
from growth.errors import GrowthError

CHANGES = ("rotate", "retire", "disable", "enable")


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
        parser.add_argument("--disable", metavar="CLIENT_ID", help="stop the client at once")
        parser.add_argument("--enable", metavar="CLIENT_ID", help="let it call again")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [key for key in ("name", *CHANGES) if options[key]]
        if len(chosen) != 1:
            changes = ", ".join(f"--{change}" for change in CHANGES)
            raise CommandError(f"give either a NAME, or one of {changes} with a CLIENT_ID")
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
        if what in ("disable", "enable"):
            active = what == "enable"
            access.set_active(client_id=options[what], active=active)
            return {"client_id": options[what], "active": active}
        client_id, secret = access.create_client(
            name=options["name"], scopes=options["scope"], sources=options["source"]
        )
        return {"client_id": client_id, "secret": secret}
