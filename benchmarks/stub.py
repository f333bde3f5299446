"""The few answers of Slack's Web API that a sign-up needs, given by the load's own process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from benchmarks.slash import FOUNDER, TEAM


@asynccontextmanager
async def web_api() -> AsyncIterator[str]:
    """The address under which the Web API answers."""
    app = web.Application()
    app.router.add_route("*", "/api/{method}", _answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    finally:
        await runner.cleanup()


async def _answer(request: web.Request) -> web.Response:
    method = request.match_info["method"]
    if method == "users.info":
        return web.json_response({"ok": True, "user": _user(request.query["user"])})
    if method == "auth.test":
        told = {"team_id": TEAM, "team": "Coalition", "bot_id": "B0BENCH", "user_id": "U0BENCH"}
        return web.json_response({"ok": True, **told})
    return web.json_response({"ok": True, "ts": "1570000000.000100", "channel": {"id": "D0BENCH"}})


def _user(account: str) -> dict[str, Any]:
    """https://docs.slack.dev/reference/objects/user-object"""
    return {
        "id": account,
        "team_id": TEAM,
        "name": account.lower(),
        "real_name": f"Member {account}",
        "locale": "en-US",
        "is_admin": account == FOUNDER,
        "profile": {"display_name": f"Member {account}", "real_name": f"Member {account}"},
    }
