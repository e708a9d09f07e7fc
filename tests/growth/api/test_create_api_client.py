"""``manage.py create_api_client``: one line, once, and one clear error otherwise."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from growth.models import ApiClient
from tests.signing import Bank, event

pytestmark = pytest.mark.django_db


def run(*args):
    told = io.StringIO()
    call_command("create_api_client", *args, stdout=told)
    return json.loads(told.getvalue())


def test_a_new_client_can_call_with_what_was_printed(bank):
    told = run("core", "--scope", "events:write", "--source", "/bank/core")

    assert set(told) == {"client_id", "secret"}
    caller = Bank.__new__(Bank)
    caller.http, caller.client_id, caller.secret = bank.http, told["client_id"], told["secret"]
    assert caller.send(event()).json()["accepted"] == 1
    assert ApiClient.objects.get(name="core").sources == ["/bank/core"]


@pytest.mark.parametrize(
    ("args", "fault"),
    [
        (("core", "--scope", "everything"), "unknown scope 'everything'"),
        (("core",), "needs a scope"),
        (("", "--scope", "events:write"), "NAME"),
        ((" ", "--scope", "events:write"), "name"),
        (("x" * 101, "--scope", "events:write"), "name"),
        (("taken", "--scope", "events:write"), "taken"),
        (("core", "--scope", "events:write", "--source", ""), "source"),
        ((), "NAME"),
        (("core", "--rotate", "x"), "either"),
        (("--rotate", "nobody"), "no client"),
        (("--retire", "nobody"), "no client"),
        (("--disable", "nobody"), "no client"),
        (("--enable", "nobody"), "no client"),
        (("--disable", "x", "--enable", "x"), "either"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(args, fault):
    run("taken", "--scope", "events:write")
    with pytest.raises(CommandError) as told:
        run(*args)
    assert fault in str(told.value)
    assert "\n" not in str(told.value)
    assert ApiClient.objects.count() == 1


def test_a_rotation_gives_a_second_secret_and_never_a_third():
    client_id = run("core", "--scope", "events:write")["client_id"]

    assert run("--rotate", client_id)["secret"].startswith("whsec_")
    with pytest.raises(CommandError):
        run("--rotate", client_id)
    assert run("--retire", client_id) == {"client_id": client_id, "retired": True}
    with pytest.raises(CommandError):
        run("--retire", client_id)


def test_a_leaked_client_is_stopped_and_may_call_again_later(bank):
    assert run("--disable", bank.client_id) == {"client_id": bank.client_id, "active": False}
    assert bank.send(event()).status_code == 401

    assert run("--enable", bank.client_id) == {"client_id": bank.client_id, "active": True}
    assert bank.send(event()).status_code == 202
