"""Fixtures for a Slack workspace, with the person and door that a test wants."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.counterparts.node import counterpart_needed
from tests.counterparts.slack.background import Background
from tests.counterparts.slack.emulated import Emulator, emulator
from tests.counterparts.slack.schema import validator
from tests.counterparts.slack.web_api import Workspace


@pytest.fixture(scope="session")
def slack_background() -> Iterator[Background]:
    background = Background()
    yield background
    background.stop()


@pytest.fixture(scope="session")
def slack_emulator() -> Iterator[Emulator]:
    with counterpart_needed():
        validator("ModalView")
        with emulator() as running:
            yield running


@pytest.fixture
def slack_scopes() -> list[str] | None:
    """Override with the scopes of the manifest: then anything beyond them is refused with missing_scope."""
    return None


@pytest.fixture
def slack(
    slack_background: Background, slack_emulator: Emulator, slack_scopes: list[str] | None
) -> Iterator[Workspace]:
    """A workspace of its own for each test, which fails at its end with all that Slack would have refused."""
    workspace = Workspace(slack_background, slack_scopes) if slack_scopes else Workspace(slack_background)
    slack_background.run(workspace.open(slack_emulator))
    try:
        yield workspace
        workspace.fail_on_violations()
    finally:
        slack_background.run(workspace.close())
