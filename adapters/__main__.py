"""The composition root and the console script: the only place that knows the core, the features and the platforms."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Protocol

import click
import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route

import migrations
from adapters.discord.limits import LIMITS as DISCORD_LIMITS
from adapters.slack.limits import LIMITS as SLACK_LIMITS
from adapters.web.limits import LIMITS as WEB_LIMITS
from coalition_bot.bot import Bot
from coalition_bot.bugs import place_of
from coalition_bot.clock import SystemClock, keep_trying
from coalition_bot.db import Away, Database
from coalition_bot.dispatcher import Dispatcher
from coalition_bot.features import FEATURES
from coalition_bot.fields import Problem
from coalition_bot.keys import first_key, open_vault
from coalition_bot.lease import while_held
from coalition_bot.platform import Limits, Platform
from coalition_bot.settings import ENV_FILE, Settings, Wrong, load
from coalition_bot.uploads import UPLOAD_MAX

LIMITS: Mapping[str, Limits] = {"slack": SLACK_LIMITS, "discord": DISCORD_LIMITS, "web": WEB_LIMITS}
GRACE_SECONDS = 8  # what is in hand at SIGTERM may take as long
TALKATIVE = ("slack_bolt", "slack_sdk", "discord", "aiohttp", "asyncio")
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a connection that broke is tried again

log = structlog.get_logger("coalition_bot")


class Adapter(Platform, Protocol):
    """A platform with its ears: routes over HTTP, or a connection of its own."""

    @property
    def single(self) -> bool:
        """Whether two connections at a time would both be told of everything."""
        ...

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """What it serves over HTTP."""
        ...

    async def connect(self, stop: asyncio.Event) -> None:
        """Hold its connection until `stop`; returns at once where it needs none."""
        ...

    async def close(self) -> None:
        """Give back what it holds."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    """All parts, put together."""

    settings: Settings
    db: Database
    bot: Bot
    adapters: tuple[Adapter, ...]


def build(settings: Settings, db: Database) -> House:
    """Put the parts together; only what is configured is imported. Raises Wrong, Away."""
    bot = Bot(FEATURES, db, open_vault(db, settings), SystemClock(), LIMITS, settings.command_prefix)
    return House(settings, db, bot, tuple(_adapters(settings, bot)))


def _adapters(settings: Settings, bot: Bot) -> Iterator[Adapter]:
    from adapters.web.app import Web

    yield Web(settings, bot)
    if settings.has_slack:
        from adapters.slack.app import Slack

        yield Slack(settings, bot)
    if settings.has_discord:
        from adapters.discord.app import Discord

        yield Discord(settings, bot)


async def serve(house: House, *, http: bool, work: bool) -> None:
    """Serve until SIGTERM or SIGINT: HTTP, or the connections and the dispatcher, or all of it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tasks: list[asyncio.Task[None]] = []
    if http:
        tasks.append(asyncio.create_task(_serve_http(house, stop)))
    if work:
        platforms = {adapter.name: adapter for adapter in house.adapters}
        dispatcher = Dispatcher(house.bot, platforms, alone=house.settings.is_sqlite)
        tasks.append(_keep(stop, "dispatcher", dispatcher.run))
    connecting = house.adapters if work else house.adapters[:1]  # the page has to know when to let browsers go
    tasks += [_keep(stop, adapter.name, _connection(house, adapter)) for adapter in connecting]
    await stop.wait()
    log.info("stopping")
    _done, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    for task in late:
        task.cancel()
    for adapter in house.adapters:
        await adapter.close()
    house.bot.close()
    house.db.close()


def _connection(house: House, adapter: Adapter) -> Callable[[asyncio.Event], Coroutine[Any, Any, None]]:
    """How an adapter is connected: where several workers may run, by one of them, if it must be one."""
    if house.settings.is_sqlite or not adapter.single:
        return adapter.connect
    return partial(_connect_alone, house, adapter)


async def _connect_alone(house: House, adapter: Adapter, stop: asyncio.Event) -> None:
    await while_held(house.db, house.bot.clock, f"connect:{adapter.name}", stop, adapter.connect)


def _keep(
    stop: asyncio.Event, name: str, run: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
) -> asyncio.Task[None]:
    """Run a part until `stop`; what breaks in one platform is tried again and touches no other."""

    async def ran() -> bool:
        await run(stop)
        return True

    def failed(error: Exception, seconds: float) -> None:
        log.error("part failed", part=name, error=type(error).__name__, again_in=seconds)

    keeping = keep_trying(stop, ran, failed, first=FIRST_PAUSE, longest=LONGEST_PAUSE, steady=LONGEST_PAUSE)
    return asyncio.create_task(keeping, name=name)


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, which would end the process before the rest has finished."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve`."""
        yield


async def _serve_http(house: House, stop: asyncio.Event) -> None:
    settings = house.settings
    app = Starlette(routes=[Route("/healthz", _health(house)), *_routes(house)])
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stop.set()  # without HTTP, for instance because the port is taken, there is nothing to stay for
    await serving


def _routes(house: House) -> list[BaseRoute]:
    return [route for adapter in house.adapters for route in adapter.routes]


def _health(house: House) -> Callable[[Request], Coroutine[Any, Any, PlainTextResponse]]:
    async def health(request: Request) -> PlainTextResponse:
        try:
            await asyncio.to_thread(house.db.ping)
        except Away:
            return PlainTextResponse("the database does not answer\n", 503)
        return PlainTextResponse("ok\n")

    return health


def _configure_logs(level: str) -> None:
    """One line per event, without personal data: the libraries' own debug lines would carry what people type."""
    shown = logging.getLevelNamesMapping()[level.upper()]
    renderer: Any = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(shown),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_without_payloads)


def _without_payloads(record: logging.LogRecord) -> bool:
    """An error's own text may quote what somebody typed, and the platforms' libraries quote what they received.

    So of every error only kind and place are kept, and of those libraries' words nothing.
    """
    said = record.funcName if record.name.partition(".")[0] in TALKATIVE else record.getMessage().strip()
    error = record.exc_info[1] if record.exc_info else None
    place = f": {type(error).__name__} at {place_of(error)}" if error else ""
    record.msg, record.args, record.exc_info, record.exc_text = f"{said}{place}", (), None, None
    return True


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What the operator can mend is said in a sentence, without a trace."""
    try:
        yield
    except Wrong as wrong:
        raise click.ClickException(str(wrong)) from None
    except Away as away:
        raise click.ClickException(f"The database does not answer ({away}). Check DATABASE_URL.") from None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Coalition Bot: sign-ups, reminders and the Geneva travel form, in Slack, Discord and on the web."""
    os.umask(0o077)  # names stand in the database file: nobody else on the machine need read it


@main.command()
def run() -> None:
    """Everything in one process: migrate, serve HTTP, hold the connections, send what is owed."""
    with _plain_errors():
        settings = load()
        _configure_logs(settings.log_level)
        migrations.upgrade(settings.database_url)
        db = Database(settings.database_url)
        with_key = first_key(db, settings, ENV_FILE)
        house = build(with_key, db)
        if with_key is not settings:
            click.echo(f"A new key for sensitive answers is in {ENV_FILE.resolve()}. Keep a copy somewhere else.")
        _welcome(house)
        asyncio.run(serve(house, http=True, work=True))


@main.command()
def web() -> None:
    """HTTP alone: Slack's events and the web pages. Needs PostgreSQL, and `worker` beside it."""
    _alone(http=True, work=False)


@main.command()
def worker() -> None:
    """The connections to Slack and Discord, and the dispatcher. Needs PostgreSQL."""
    _alone(http=False, work=True)


@main.command()
def migrate() -> None:
    """Bring the database to the tables of this version."""
    with _plain_errors():
        migrations.upgrade(load().database_url)
        click.echo("The database is up to date.")


@main.command()
@click.option("--address", default="", help="For HTTP in place of Socket Mode: where Slack finds you, https://...")
def manifest(address: str) -> None:
    """Print Slack's app manifest, to be pasted where a new app is made."""
    from adapters.slack.manifest import render

    with _plain_errors():
        commands = [command.spec for feature in FEATURES for command in feature.commands]
        click.echo(render(commands, load().command_prefix, address))


@main.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--coalition", default="", metavar="NAME", help="Into which coalition; needed where there are several")
@click.option("--confirm", is_flag=True, help="Write it; without this you only see what would be done")
@click.option("--create-groups", is_flag=True, help="Open groups that are missing")
def import_file(file: BinaryIO, coalition: str, confirm: bool, create_groups: bool) -> None:
    """Import sign-ups from a sheet (CSV or .xlsx): a dry run, unless you confirm it."""
    from coalition_bot.features.importing.operator import import_sheet

    with _plain_errors():
        settings = load()
        if not migrations.is_current(settings.database_url):
            raise Wrong("The database is not up to date. Run `coalition-bot migrate` first.")
        db, content = Database(settings.database_url), file.read(UPLOAD_MAX + 1)
        try:
            vault, now = open_vault(db, settings), SystemClock().now()
            lines = import_sheet(db, vault, now, content, coalition=coalition, confirm=confirm, create=create_groups)
        except Problem as problem:
            raise _Unusable(problem.message) from None
        finally:
            db.close()
    click.echo("\n".join(lines))


class _Unusable(click.ClickException):
    """What was given on the command line cannot be used."""

    exit_code = 2


def _alone(*, http: bool, work: bool) -> None:
    with _plain_errors():
        settings = load()
        if settings.is_sqlite:
            raise Wrong(
                "`web` and `worker` are separate processes, and SQLite serves one. "
                "Use `coalition-bot run`, or set DATABASE_URL to a PostgreSQL database."
            )
        _configure_logs(settings.log_level)
        if not migrations.is_current(settings.database_url):
            raise Wrong("The database is not up to date. Run `coalition-bot migrate` first.")
        asyncio.run(serve(build(settings, Database(settings.database_url)), http=http, work=work))


def _welcome(house: House) -> None:
    settings = house.settings
    names = [adapter.name.capitalize() for adapter in house.adapters if adapter.name != "web"]
    if settings.tries_web:
        click.echo(f"Open http://{settings.host}:{settings.port} to try the bot. Ctrl-C stops it.")
    click.echo(f"Connected platforms: {', '.join(names) or 'none yet; see the README for Slack and Discord'}.")


if __name__ == "__main__":
    main()
