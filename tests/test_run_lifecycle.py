"""`make run` and the embedded servers: they start, heal, and leave nothing behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config import children, env

RUN = [sys.executable, "-m", "config.run"]
START = (
    "import sys, pathlib; from config import embedded; embedded.start(pathlib.Path(sys.argv[1]))"
)
USE = START + "; print('ready', flush=True); sys.stdin.readline()"


def clean_environment(**more: str) -> dict[str, str]:
    ours = {"DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL"}
    ours |= {"DJANGO_SETTINGS_MODULE", "DEBUG"}
    kept = {key: value for key, value in os.environ.items() if key not in ours}
    return {**kept, "DJANGO_ENV": "local", "DEMO": "0", **more}


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def start_run(data_dir: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        RUN,
        cwd=env.ROOT,
        env=clean_environment(DATA_DIR=str(data_dir), PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_until_ready(run: subprocess.Popen[str], port: int) -> tuple[str, dict[str, object]]:
    """What it printed until it said that it can be opened, and what /readyz says then."""
    assert run.stdout is not None
    printed = ""
    for line in run.stdout:
        printed += line
        if line.startswith("Ctrl-C ends everything"):
            break
    assert run.poll() is None, printed
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
        return printed, json.load(answer)


def processes_of(data_dir: Path) -> list[str]:
    """Every process that belongs to a DATA_DIR: by our mark, its arguments or its folder."""
    return [f"{each.pid} {' '.join(each.cmdline())}" for each in _alive(data_dir)]


def _alive(data_dir: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get(children.MARK) == str(data_dir)
            mine = mine or any(str(data_dir) in part for part in process.cmdline())
            if mine or process.cwd().startswith(str(data_dir)):
                found.append(process)
        except psutil.Error:
            continue
    return found


def one_line(command: list[str], **more: str) -> str:
    done = subprocess.run(
        command, cwd=env.ROOT, env=clean_environment(**more), capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def start_servers(data_dir: Path) -> subprocess.CompletedProcess[str]:
    """Use the servers once, as a short command does."""
    return subprocess.run(
        [sys.executable, "-c", START, str(data_dir)],
        cwd=env.ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
    )


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    for process in _alive(folder):
        process.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_a_run_survives_being_killed_and_ends_without_leaving_a_process(data_dir):
    port = free_port()
    killed = start_run(data_dir, port)
    assert wait_until_ready(killed, port)[1]["status"] == "ok"
    second = one_line(RUN, DATA_DIR=str(data_dir), PORT=str(free_port()))
    assert second.startswith("Already running")

    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert processes_of(data_dir), "the kill was meant to leave orphans"

    again = start_run(data_dir, port)
    printed, state = wait_until_ready(again, port)
    assert "Ended what an earlier, killed run had left behind." in printed
    assert state["down"] == []

    again.send_signal(signal.SIGINT)
    rest, _ = again.communicate(timeout=30)
    assert again.returncode == 0, rest
    assert processes_of(data_dir) == []


def test_a_busy_port_is_one_line_that_names_it_and_the_way_out(data_dir):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        line = one_line(RUN, DATA_DIR=str(data_dir), PORT=str(port))
    assert f"PORT {port}" in line
    assert f"PORT={port + 1} make run" in line


def test_a_data_dir_that_cannot_be_written_is_one_line(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert "DATA_DIR" in one_line(RUN, DATA_DIR=str(blocked / "data"))
    assert "DATA_DIR" in one_line(RUN, DATA_DIR="/proc/zones")
    migrate = [sys.executable, "manage.py", "migrate", "--check"]
    assert "DATA_DIR" in one_line(migrate, DATA_DIR=str(blocked / "data"))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": env.LOCAL_SECRET_KEY}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"BASE_URL": ""}, "BASE_URL"),
        ({"BASE_URL": "http://plain.example"}, "BASE_URL"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"BANK_TIME_ZONE": "Mars/Olympus"}, "BANK_TIME_ZONE"),
        ({"DJANGO_ENV": "prod"}, "DJANGO_ENV"),
    ],
)
def test_production_does_not_start_with_a_setting_that_is_missing_or_weak(wrong, named):
    whole = {
        "DJANGO_ENV": "production",
        "SECRET_KEY": "0f7c1b86e2d94a53b8d6e1c7a9f03524c1d8",
        "ALLOWED_HOSTS": "zones.bank.example",
        "BASE_URL": "https://zones.bank.example",
        "DATABASE_URL": "postgresql://zones@db.bank.example/zones",
        "REDIS_URL": "redis://cache.bank.example/0",
    }
    line = one_line([sys.executable, "manage.py", "check"], **(whole | wrong))
    assert line.startswith(named)


def test_a_start_that_broke_off_in_the_middle_heals(data_dir):
    (data_dir / "postgres.new" / "base").mkdir(parents=True)
    (data_dir / "postgres").mkdir()
    done = start_servers(data_dir)
    assert done.returncode == 0, done.stderr
    assert (data_dir / "postgres" / "PG_VERSION").exists()
    assert not (data_dir / "postgres.new").exists()
    assert processes_of(data_dir) == [], "the last user stops the servers"


def test_a_killed_server_is_replaced_although_its_process_id_is_in_use_again(data_dir):
    assert start_servers(data_dir).returncode == 0
    stale = f"{os.getpid()}\n{data_dir}/postgres\n1\n5432\n{data_dir}/run\n\n"
    (data_dir / "postgres" / "postmaster.pid").write_text(stale)
    (data_dir / "run" / ".s.PGSQL.5432.lock").write_text(stale)
    done = start_servers(data_dir)
    assert done.returncode == 0, done.stderr


def test_servers_stay_until_the_last_user_leaves_and_a_killed_users_are_adopted(data_dir):
    def use() -> subprocess.Popen[str]:
        user = subprocess.Popen(
            [sys.executable, "-c", USE, str(data_dir)],
            cwd=env.ROOT,
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert user.stdout is not None
        assert user.stdout.readline() == "ready\n"
        return user

    def server() -> int:
        return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])

    first = use()
    second, pid = use(), server()
    first.communicate("\n")
    assert psutil.pid_exists(pid)

    second.kill()
    second.communicate()
    assert psutil.pid_exists(pid)

    third = use()
    assert server() == pid
    third.communicate("\n")
    assert processes_of(data_dir) == []


def test_a_long_data_dir_has_its_sockets_elsewhere(tmp_path):
    data_dir = tmp_path / ("long-" * 20) / "data"
    done = start_servers(data_dir)
    assert done.returncode == 0, done.stderr
    assert processes_of(data_dir) == []
