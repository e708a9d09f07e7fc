"""As whom PostgreSQL runs: as ourselves, except that it refuses to run as root."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.embedded.places import Places, Trouble

NOBODY = 65534


@dataclass(frozen=True)
class Account:
    """A way to run a program that is not root."""

    prefix: list[str]
    # Who owns the cluster's files then; None where that is simply us.
    owner: int | None = None

    def own(self, folder: Path) -> None:
        """Hand the cluster over, if it belongs to somebody else."""
        if self.owner is None or folder.stat().st_uid == self.owner:
            return
        for parent, _, files in os.walk(folder):
            for path in (parent, *(os.path.join(parent, name) for name in files)):
                os.chown(path, self.owner, self.owner, follow_symlinks=False)


def choose(places: Places, postgres: Path) -> Account:
    """The first way that works here.

    As nobody, keeping the one right that lets root enter a folder of somebody else, so no parent
    folder's permissions have to change; else root under another name, in a user namespace.
    """
    if os.geteuid() != 0:
        return Account([])
    for account in _ways():
        if _works(account, places, postgres):
            return account
    raise Trouble(
        "PostgreSQL does not run as root, and neither setpriv nor unshare (util-linux) works here:"
        " run as another user, or set DATABASE_URL."
    )


def _ways() -> list[Account]:
    as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    right = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    namespace = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
    ways = [
        Account([*as_nobody, *right, "--"], NOBODY),
        Account([*namespace, "--"], 0),
    ]
    return [way for way in ways if shutil.which(way.prefix[0])]


def _works(account: Account, places: Places, postgres: Path) -> bool:
    trial = places.data_dir / "postgres.trial"
    trial.mkdir(mode=0o700, exist_ok=True)
    try:
        account.own(trial)
        script = 'test "$(id -u)" != 0 && : > "$1/x" && test -w "$2" && "$3" --version'
        command = ["sh", "-c", script, "sh", str(trial), str(places.sockets), str(postgres)]
        done = subprocess.run(account.prefix + command, capture_output=True, cwd="/", timeout=30)
        return done.returncode == 0
    finally:
        shutil.rmtree(trial, ignore_errors=True)
