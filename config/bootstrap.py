"""Makes `.venv` with the locked dependencies.

Runs on the system's Python, so it uses the standard library only:

python config/bootstrap.py run | test
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = {"run": "base.txt", "test": "dev.txt"}
# What the browser tests need from Debian: a program it brings, and its package.
PACKAGES = {
    "/usr/bin/chromium": "chromium",
    "/usr/bin/chromedriver": "chromium-driver",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": "fonts-noto-cjk",
}


def main(purpose: str) -> None:
    """Do what is not done yet."""
    make_environment()
    install(purpose)
    subprocess.run(
        [PYTHON, "-m", "config.translations"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    if purpose == "test":
        install_browser()


def make_environment() -> None:
    """Make the virtual environment, or make it again where an earlier start broke off."""
    installed = any(_stamp(purpose).exists() for purpose in REQUIREMENTS)
    if _runs([str(PYTHON), "-c", ""] if installed else [str(PYTHON), "-m", "pip", "--version"]):
        return
    say(f"Making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        if "ensurepip" in done.stdout + done.stderr:
            raise SystemExit(
                f"This Python lacks venv: install it (Debian: apt-get install python{version}-venv)"
            )
        reason = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise SystemExit(f".venv could not be made: {' '.join(reason) or 'no reason given'}")


def install(purpose: str) -> None:
    """Install the locked requirements, unless exactly these are installed."""
    # What the tests need includes what running needs.
    for each in ("test", purpose):
        if _stamp(each).exists() and _stamp(each).read_text() == _lock(each):
            return
    say(f"Installing the locked dependencies (requirements/{REQUIREMENTS[purpose]})")
    lock = ROOT / "requirements" / REQUIREMENTS[purpose]
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--requirement", str(lock)]
    if subprocess.run(command).returncode:
        raise SystemExit("The dependencies could not be installed: see the line above, then again.")
    _stamp(purpose).write_text(_lock(purpose))


def install_browser() -> None:
    """Install Debian's browser where we may; else say what is missing."""
    missing = [package for file, package in PACKAGES.items() if not Path(file).exists()]
    if not missing:
        return
    wanted = "apt-get install " + " ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"The browser tests need more system packages: {wanted}")
    say(f"Installing for the browser tests: {' '.join(missing)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *missing],
    ):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True)
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:]
            raise SystemExit(f"`{wanted}` failed: {' '.join(reason) or 'no reason given'}")


def say(line: str) -> None:
    """Tell what takes a while."""
    print(f"{line} ...", flush=True)


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def _stamp(purpose: str) -> Path:
    return VENV / f".installed-{purpose}"


def _lock(purpose: str) -> str:
    lock = ROOT / "requirements" / REQUIREMENTS[purpose]
    return hashlib.sha256(lock.read_bytes()).hexdigest()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        raise SystemExit("Stopped; the next start goes on.") from None
    except OSError as error:
        raise SystemExit(f"{error.filename or '.venv'}: {error.strerror or error}") from None
