"""The console script as an operator uses it: started, asked, stopped, and refused what cannot work."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.counterparts import postgres

SCRIPT = Path(sys.executable).with_name("coalition-bot")
SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def surroundings(**settings: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NO_PROXY": "*", **settings}


def call(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, *arguments],
        cwd=folder,
        env=surroundings(**settings),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@contextmanager
def serving(folder: Path, *arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A running process, and the address at which it answers."""
    port = free_port()
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [SCRIPT, *arguments], cwd=folder, env=surroundings(PORT=str(port), **settings), stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process, folder)
        yield process, url
    finally:
        process.kill()
        process.wait()
        log.close()


def wait_for(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            if httpx.get(f"{url}/healthz", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)  # polling for readiness, bounded above
    raise AssertionError((folder / "log").read_text())


def test_run_makes_all_it_needs_serves_and_stops_when_told(tmp_path: Path) -> None:
    with serving(tmp_path, "run") as (process, url):
        page = httpx.get(url, trust_env=False)
        assert page.status_code == 200
        assert "You are" in page.text
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert "DATA_KEYS=" in (tmp_path / ".env").read_text()
    assert "Keep a copy" in (tmp_path / "log").read_text()
    assert (tmp_path / "coalition.db").exists()


def test_a_second_start_keeps_the_key_and_a_lost_key_stops_it(tmp_path: Path) -> None:
    with serving(tmp_path, "run"):
        pass
    key = (tmp_path / ".env").read_text()
    with serving(tmp_path, "run"):
        assert (tmp_path / ".env").read_text() == key
    (tmp_path / ".env").unlink()
    refused = call(tmp_path, "run", PORT=str(free_port()))
    assert refused.returncode == 1
    assert "Put the key back" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_killed_process_starts_again(tmp_path: Path) -> None:
    with serving(tmp_path, "run") as (process, _url):
        process.kill()
        process.wait()
    with serving(tmp_path, "run") as (_process, url):
        assert httpx.get(url, trust_env=False).status_code == 200


@pytest.mark.parametrize("part", ["web", "worker"])
def test_parts_refuse_sqlite_and_say_why(tmp_path: Path, part: str) -> None:
    refused = call(tmp_path, part)
    assert refused.returncode == 1
    assert "PostgreSQL" in refused.stderr
    assert "coalition-bot run" in refused.stderr


def test_a_wrong_setting_stops_the_start_with_its_name(tmp_path: Path) -> None:
    refused = call(tmp_path, "run", PORT="many")
    assert refused.returncode == 1
    assert "PORT" in refused.stderr


def test_with_a_token_the_page_offers_no_persona(tmp_path: Path) -> None:
    # The address leads nowhere: a platform out of reach must not keep the rest from serving.
    settings = {"DISCORD_TOKEN": "x.y.z", "DISCORD_API_URL": "http://127.0.0.1:9/api/v10"}
    with serving(tmp_path, "run", **settings) as (process, url):
        page = httpx.get(url, trust_env=False)
        assert "You are" not in page.text
        assert process.poll() is None


def test_web_and_worker_share_one_postgresql(tmp_path: Path) -> None:
    with postgres.fresh_database() as database:
        key = {"DATABASE_URL": database, "DATA_KEYS": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="}
        early = call(tmp_path, "web", PORT=str(free_port()), **key)
        assert "coalition-bot migrate" in early.stderr
        assert call(tmp_path, "migrate", **key).returncode == 0
        with serving(tmp_path, "web", TRY_WEB="1", **key) as (_web, url):
            worker = subprocess.Popen([SCRIPT, "worker"], cwd=tmp_path, env=surroundings(**key))
            try:
                assert httpx.get(url, trust_env=False).status_code == 200
                worker.send_signal(signal.SIGTERM)
                assert worker.wait(timeout=15) in (0, -signal.SIGTERM)  # the latter before it was ready to listen
            finally:
                worker.kill()


def test_the_manifest_is_printed_for_pasting(tmp_path: Path) -> None:
    printed = call(tmp_path, "manifest", COMMAND_PREFIX="upr-")
    assert printed.returncode == 0
    assert "/upr-group" in printed.stdout
