"""Where the embedded servers keep what is theirs."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# A Unix socket's path has room for 107 bytes; PostgreSQL adds a name of its own.
LONGEST_FOLDER = 80
LARGEST_LOG = 10 * 1024 * 1024


class Trouble(SystemExit):
    """An embedded server cannot run; printed as one line, without a traceback."""


@dataclass(frozen=True)
class Places:
    """The files and folders below one DATA_DIR."""

    data_dir: Path

    @property
    def postgres(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def valkey(self) -> Path:
        return self.data_dir / "valkey"

    @property
    def log(self) -> Path:
        return self.data_dir / "log"

    @property
    def run(self) -> Path:
        return self.data_dir / "run"

    @property
    def users_lock(self) -> Path:
        return self.run / "users.lock"

    @property
    def start_lock(self) -> Path:
        return self.run / "start.lock"

    @cached_property
    def sockets(self) -> Path:
        """The folder of the sockets: ``run``, or a short one where that path is too long."""
        if len(os.fsencode(self.run)) <= LONGEST_FOLDER:
            return self.run
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"zones-{digest}"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def make(self) -> None:
        """Make the folders that are missing."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        for folder in (self.run, self.log, self.sockets):
            folder.mkdir(mode=0o700, exist_ok=True)
        status = self.sockets.lstat()
        if status.st_uid != os.geteuid() or not stat.S_ISDIR(status.st_mode):
            raise Trouble(f"{self.sockets} belongs to another user: remove it, or set TMPDIR.")

    def open_log(self, name: str) -> int:
        """A file descriptor that appends to a server's log; an overlong one starts afresh."""
        path = self.log / f"{name}.log"
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def last_line(self, name: str, *marks: str) -> str:
        """The last line of a server's log that holds one of the marks."""
        path = self.log / f"{name}.log"
        if not path.exists():
            return ""
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 8192))
            lines = log.read().decode(errors="replace").splitlines()
        told = [line for line in lines if any(mark in line for mark in marks)]
        return told[-1].strip() if told else ""
