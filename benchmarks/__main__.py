"""`python -m benchmarks`: measures sign-ups through Slack's endpoint beside a bare handler, and writes the report.

`python -m benchmarks signups` measures the questions that are asked about them.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import date
from pathlib import Path

import click

from benchmarks import coalition, course, report, signups
from benchmarks.load import Unexpected
from benchmarks.serving import NotServing

MEMORY = Path("/dev/shm")
REPORT = Path(__file__).parent / "results" / "first-light.md"
QUESTIONS = REPORT.with_name("sign-ups.md")


def _folders() -> tuple[Path, ...]:
    """The machine's disk; and memory where there is such a folder, which leaves only what the program itself costs."""
    return tuple(folder for folder in (Path(tempfile.gettempdir()), MEMORY) if folder.is_dir())


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--requests", default=500, show_default=True, help="Sign-ups per round.")
@click.option("--rounds", default=3, show_default=True, help="Rounds per program; they take turns.")
@click.option("--connections", default=[1, 32], multiple=True, show_default=True, help="At once; may be repeated.")
@click.option(
    "--folder",
    "folders",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
    default=_folders,
    multiple=True,
    help="Where the databases lie; may be repeated. [default: the temporary folder, and memory]",
)
@click.option("--into", type=click.Path(path_type=Path), default=REPORT, help="Where the report is written.")
@click.pass_context
def main(
    ctx: click.Context, requests: int, rounds: int, connections: tuple[int, ...], folders: tuple[Path, ...], into: Path
) -> None:
    """Sign-ups per second, and how long one takes, beside the least that could answer them."""
    if ctx.invoked_subcommand:
        return
    machine = report.machine()
    courses = [
        course.Course(folder, count, known, requests, rounds)
        for folder in folders
        for count in connections
        for known in (True, False)
    ]
    results = []
    for each in courses:
        click.echo(f"{report.medium(each.folder)}, {each.connections} at once, {report.people(each)} ...", err=True)
        try:
            results.append(asyncio.run(course.run(each)))
        except (Unexpected, course.Lost, NotServing) as reason:
            raise click.ClickException(f"No figures: {reason}") from None
    at_once = " ".join(f"--connections {count}" for count in connections)
    told = f"python -m benchmarks --requests {requests} --rounds {rounds} {at_once}"
    commits = {folder: report.bare_commits(folder) for folder in folders}
    text = report.page("First light: sign-ups in Slack", told, date.today(), machine, results, commits)
    click.echo(text)
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(text)


@main.command(name="signups")
@click.option("--times", default=[1, 10], multiple=True, show_default=True, help="As large as usual; may be repeated.")
@click.option("--rounds", default=15, show_default=True, help="How often each question is asked.")
@click.option("--engine", "engines", default=["sqlite", "postgresql"], multiple=True, show_default=True)
@click.option("--into", type=click.Path(path_type=Path), default=QUESTIONS, help="Where the report is written.")
def ask(times: tuple[int, ...], rounds: int, engines: tuple[str, ...], into: Path) -> None:
    """How long each kind of question about sign-ups takes in a large coalition, and how much memory an export."""
    results, machine = [], report.machine()
    for engine in engines:
        for factor in times:
            size = coalition.USUAL.times(factor)
            click.echo(f"{engine}, {size.sign_ups:,} sign-ups ...", err=True)
            try:
                with signups.empty_database(engine) as url:
                    results.append(signups.run(url, size, rounds))
            except signups.Wrong as reason:
                raise click.ClickException(f"No figures: {reason}") from None
    factors = " ".join(f"--times {factor}" for factor in times)
    text = signups.page(results, f"python -m benchmarks signups {factors} --rounds {rounds}", machine)
    click.echo(text)
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(text)


if __name__ == "__main__":
    main()
