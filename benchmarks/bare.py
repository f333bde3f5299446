"""The limit: a bare slack-bolt handler that writes one row with raw sqlite3, commits, and names the group."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.routing import Route

from benchmarks.serving import Server, program
from benchmarks.slash import BOT_TOKEN, GROUP, JOINED, PATH, SECRET, TEAM

DATABASE = "bare.db"
TABLE = """CREATE TABLE membership (
    id INTEGER PRIMARY KEY, account TEXT, working_group TEXT, answers TEXT, joined_at REAL,
    UNIQUE (account, working_group))"""


@asynccontextmanager
async def serving(folder: Path, api_url: str) -> AsyncIterator[Server]:
    """The handler in a process of its own; it asks nothing of the Web API."""
    async with program(folder, DATABASE, "-m", "benchmarks.bare", settings={}) as server:
        yield server


def app(database: sqlite3.Connection) -> Starlette:
    """The endpoint with its one command."""
    bolt = AsyncApp(signing_secret=SECRET, authorize=_authorize, process_before_response=True)

    @bolt.command("/group")
    async def group(ack: AsyncAck, command: dict[str, str]) -> None:
        if command["text"] == "list":
            await ack(GROUP)
            return
        row = (command["user_id"], GROUP, command["text"], time.time())
        # Committed in the event loop: a thread would cost more than it gives to a handler that does nothing else.
        database.execute("INSERT INTO membership (account, working_group, answers, joined_at) VALUES (?, ?, ?, ?)", row)
        await ack(JOINED)

    return Starlette(routes=[Route(PATH, AsyncSlackRequestHandler(bolt).handle, methods=["POST"])])


def connect(file: Path) -> sqlite3.Connection:
    """An empty database with the bot's own settings, which commits after each statement."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(TABLE)
    return connection


async def _authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token=BOT_TOKEN, bot_id="B0BENCH")


if __name__ == "__main__":
    uvicorn.run(
        app(connect(Path(DATABASE))),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        log_config=None,
        access_log=False,
        server_header=False,
    )
