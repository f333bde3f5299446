"""The bot as it is installed: `run` with Slack over HTTP on SQLite, a coalition founded and a group open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.load import fire
from benchmarks.serving import Server, program
from benchmarks.slash import BOT_TOKEN, FOUNDER, GROUP, LEAD, SECRET, typed

DATABASE = "ours.db"
# What the coordinator types first, and what each line is answered with. A group with a lead owes the lead a notice
# of every sign-up.
BEGINNING = {
    '/coalition setup "Coalition for Change" Geneva here': "is founded",
    f'/group create name={GROUP} about="Evictions and rents"': f"{GROUP} is open",
    f"/group lead {GROUP} <@{LEAD}|lead>": f"leads {GROUP} now",
}


@asynccontextmanager
async def serving(folder: Path, api_url: str) -> AsyncIterator[Server]:
    """The bot, ready for sign-ups."""
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / DATABASE}",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": api_url,
    }
    async with program(folder, DATABASE, "-m", "adapters", "run", settings=settings) as server:
        for line, said in BEGINNING.items():
            await fire(server.port, [typed(FOUNDER, line)], said)
        yield server
