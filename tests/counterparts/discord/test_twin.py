"""The counterpart itself: a bare discord.py client can live on it, and what Discord would refuse is caught."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import aiohttp
import discord
import pytest
import pytest_asyncio
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.counterparts.discord.modal import Filled
from tests.counterparts.discord.player import Guild, Player
from tests.counterparts.discord.rules import broken_rules
from tests.counterparts.discord.twin import Twin


class Bare(discord.Client):
    """A bot with one command for each thing that the counterpart has to be able to do."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        super().__init__(
            intents=intents or discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(group)
        self.problems: list[str] = []
        self.idle = asyncio.Event()

    async def setup_hook(self) -> None:
        await self.tree.sync()
        _, gateway, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)

    async def on_message(self, message: discord.Message) -> None:
        if message.author.bot or not self.user:
            return
        if message.guild is None or self.user in message.mentions:
            await message.channel.send(f"You said: {message.content}")
        else:
            self.problems.append(f"overheard {message.content!r}")

    async def on_app_command_completion(self, interaction: discord.Interaction[Bare], command: object) -> None:
        self.idle.set()

    async def forms_known(self) -> None:
        """discord.py knows a form only once Discord's answer to it has arrived."""
        await self.idle.wait()
        self.idle.clear()

    async def on_interaction(self, interaction: discord.Interaction[Bare]) -> None:
        data = cast("dict[str, Any]", interaction.data or {})
        custom_id = data.get("custom_id", "")
        if custom_id.startswith("kept:"):
            await interaction.response.edit_message(content=f"Pressed {custom_id}", view=None)
        elif custom_id == "consents":
            await interaction.response.send_modal(Choices())
            self.idle.set()
        elif custom_id == "days":
            picked = ", ".join(data["values"])
            await interaction.response.defer(ephemeral=True, thinking=True)
            await interaction.followup.send(f"Picked {picked}")


group = app_commands.Group(name="group", description="Working groups")


@group.command(description="Join a working group")
@app_commands.describe(name="Which group", seats="How many", public="Shown to all")
async def join(interaction: discord.Interaction[Bare], name: str, seats: int = 1, public: bool = False) -> None:
    await interaction.response.send_message(f"{name}, {seats}, {public}", ephemeral=True)


@join.autocomplete("name")
async def names(interaction: discord.Interaction[Bare], current: str) -> list[app_commands.Choice[str]]:
    known = ["Housing", "Migration", "Women's rights"]
    return [app_commands.Choice(name=one, value=one) for one in known if current.lower() in one.lower()]


class Form(discord.ui.Modal, title="Travel"):
    """A question of each kind that the bot uses."""

    name: discord.ui.Label[discord.ui.Modal] = discord.ui.Label(
        text="Your name", component=discord.ui.TextInput(max_length=20)
    )
    why: discord.ui.Label[discord.ui.Modal] = discord.ui.Label(
        text="Why", component=discord.ui.TextInput(required=False)
    )
    way: discord.ui.Label[discord.ui.Modal] = discord.ui.Label(
        text="How",
        component=discord.ui.Select(options=[discord.SelectOption(label="In person", value="in")]),
    )

    async def on_submit(self, interaction: discord.Interaction[discord.Client]) -> None:
        name, way = self.name.component, self.way.component
        assert isinstance(name, discord.ui.TextInput)
        assert isinstance(way, discord.ui.Select)
        await interaction.response.send_message(f"{name.value} {way.values}", ephemeral=True)


@group.command(description="Fill in a form")
async def form(interaction: discord.Interaction[Bare]) -> None:
    await interaction.response.send_modal(Form())


@group.command(description="Something with buttons")
async def buttons(interaction: discord.Interaction[Bare]) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Confirm", custom_id="kept:yes"))
    days = [discord.SelectOption(label="Monday", value="mo"), discord.SelectOption(label="Tuesday", value="tu")]
    view.add_item(discord.ui.Select(placeholder="Which day", custom_id="days", options=days))
    await interaction.response.send_message("Well?", view=view)


@group.command(description="Think, then answer")
async def think(interaction: discord.Interaction[Bare]) -> None:
    await interaction.response.defer(ephemeral=True)
    await interaction.edit_original_response(content="first thought")
    await interaction.edit_original_response(content="second thought")
    await interaction.followup.send("and one more", ephemeral=True)
    sheet = discord.File(io.BytesIO(b"name\nAna\n"), "members.csv")
    await interaction.followup.send(file=sheet, ephemeral=True)


@group.command(description="Answer twice")
async def twice(interaction: discord.Interaction[Bare]) -> None:
    await interaction.response.send_message("once")
    again = discord.webhook.async_.interaction_message_response_params(type=4, content="twice")
    adapter = discord.webhook.async_.async_context.get()
    try:
        await adapter.create_interaction_response(
            interaction.id,
            interaction.token,
            session=interaction._session,
            params=again,
        )
    except discord.HTTPException as error:
        interaction.client.problems.append(str(error.code))
    await interaction.edit_original_response(content="still once")


@group.command(description="Too much")
async def flood(interaction: discord.Interaction[Bare]) -> None:
    try:
        await interaction.response.send_message("x" * 2001)
    except discord.HTTPException as error:
        interaction.client.problems.append(str(error.code))
        await interaction.response.send_message("too long", ephemeral=True)


class Choices(discord.ui.Modal, title="Consents"):
    """The newer kinds of questions."""

    words: discord.ui.TextDisplay[Any] = discord.ui.TextDisplay("Please read this first.")
    entry: discord.ui.Label[discord.ui.Modal] = discord.ui.Label(
        text="Visa",
        description="Do you need one?",
        component=discord.ui.RadioGroup(
            options=[discord.RadioGroupOption(label="Yes", value="y"), discord.RadioGroupOption(label="No", value="n")]
        ),
    )
    days: discord.ui.Label[discord.ui.Modal] = discord.ui.Label(
        text="Days",
        component=discord.ui.CheckboxGroup(
            options=[discord.CheckboxGroupOption(label="Mon"), discord.CheckboxGroupOption(label="Tue")]
        ),
    )
    agreed: discord.ui.Label[discord.ui.Modal] = discord.ui.Label(text="I agree", component=discord.ui.Checkbox())
    lead: discord.ui.Label[discord.ui.Modal] = discord.ui.Label(text="Lead", component=discord.ui.UserSelect())

    async def on_submit(self, interaction: discord.Interaction[discord.Client]) -> None:
        radio, days = self.entry.component, self.days.component
        agreed, lead = self.agreed.component, self.lead.component
        assert isinstance(radio, discord.ui.RadioGroup)
        assert isinstance(days, discord.ui.CheckboxGroup)
        assert isinstance(agreed, discord.ui.Checkbox)
        assert isinstance(lead, discord.ui.UserSelect)
        await interaction.response.edit_message(
            content=f"{radio.value} {days.values} {agreed.value} {lead.values[0].name}", view=None
        )


@group.command(description="A message in components v2")
async def layout(interaction: discord.Interaction[Bare]) -> None:
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(accent_colour=5)
    button: discord.ui.Button[discord.ui.LayoutView] = discord.ui.Button(label="Join", custom_id="kept:join")
    container.add_item(discord.ui.TextDisplay("# Groups\n@everyone"))
    container.add_item(discord.ui.Section("Housing", accessory=button)).add_item(discord.ui.Separator())
    view = discord.ui.LayoutView(timeout=None)
    await interaction.response.send_message(view=view.add_item(container))


@group.command(description="Appoint somebody")
@app_commands.default_permissions(administrator=True)
async def lead(interaction: discord.Interaction[Bare], who: discord.Member, place: discord.TextChannel) -> None:
    embed = discord.Embed(title="Lead", description=who.mention, timestamp=discord.utils.utcnow())
    embed.add_field(name="Where", value=place.mention)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Read", url="https://example.org/"))
    view.add_item(discord.ui.Button(label="Consents", custom_id="consents"))
    await interaction.response.send_message(f"{who.mention} leads", embed=embed, view=view)


@asynccontextmanager
async def running(twin: Twin, bot: Bare) -> AsyncIterator[Bare]:
    task = asyncio.create_task(bot.start(twin.token))
    try:
        await twin.gateway.until_connected(task)
        yield bot
    finally:
        await bot.close()
        with suppress(asyncio.CancelledError):
            await task
        await twin.gateway.until_gone()


@pytest.fixture
def pointed(discord_twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", discord_twin.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)


@pytest_asyncio.fixture(loop_scope="session")
async def bot(discord_twin: Twin, discord_guild: Guild, pointed: None) -> AsyncIterator[Bare]:
    async with running(discord_twin, Bare()) as bare:
        yield bare


async def test_a_slash_command_carries_typed_options_and_is_answered_in_private(
    bot: Bare, discord_member: Player
) -> None:
    answer = await discord_member.slash("group join", {"name": "Housing", "seats": 2, "public": True})
    assert (answer.kind, answer.ephemeral, answer.content) == ("message", True, "Housing, 2, True")


async def test_an_ephemeral_answer_is_seen_by_nobody_else(
    bot: Bare, discord_guild: Guild, discord_member: Player, discord_admin: Player
) -> None:
    answer = await discord_member.slash("group join", {"name": "Housing"})
    assert answer.message in discord_member.messages("general")
    assert discord_admin.messages("general") == []
    channel = await bot.fetch_channel(int(discord_guild.channel("general").id))
    assert isinstance(channel, discord.TextChannel)
    assert [message async for message in channel.history()] == []
    with pytest.raises(discord.NotFound):
        await channel.fetch_message(int(answer.message.id))


async def test_autocomplete(bot: Bare, discord_member: Player) -> None:
    choices = await discord_member.autocomplete("group join", "name", "mig")
    assert [choice.name for choice in choices] == ["Migration"]


async def test_what_the_client_would_not_let_a_person_do(bot: Bare, discord_member: Player) -> None:
    with pytest.raises(AssertionError, match="requires"):
        await discord_member.slash("group join")
    with pytest.raises(AssertionError, match="not of type"):
        await discord_member.slash("group join", {"name": "Housing", "seats": "two"})
    with pytest.raises(AssertionError, match="not declared"):
        await discord_member.slash("group dance")


async def test_a_form_is_filled_in_and_submitted(bot: Bare, discord_member: Player) -> None:
    opened = await discord_member.slash("group form")
    await bot.forms_known()
    assert opened.modal.labels == ["Your name", "Why", "How"]
    answer = await discord_member.submit_modal(opened, {"Your name": "Ana", "How": ["In person"]})
    assert answer.content == "Ana ['in']"
    with pytest.raises(AssertionError, match="at most 20"):
        await discord_member.submit_modal(opened, {"Your name": "A" * 21, "How": ["In person"]})


async def test_a_button_edits_its_message(bot: Bare, discord_member: Player) -> None:
    answer = await discord_member.slash("group buttons")
    assert answer.buttons == ["Confirm"]
    pressed = await discord_member.click(answer, "Confirm")
    assert (pressed.kind, answer.content, answer.buttons) == ("update", "Pressed kept:yes", [])


async def test_a_select_answered_after_a_defer(bot: Bare, discord_member: Player) -> None:
    menu = await discord_member.slash("group buttons")
    answer = await discord_member.select(menu, "Which day", "Tuesday")
    assert (answer.kind, answer.ephemeral) == ("deferred", True)
    await answer.finished()
    assert (answer.content, answer.ephemeral, menu.content) == ("Picked tu", True, "Well?")


async def test_components_v2(bot: Bare, discord_member: Player) -> None:
    answer = await discord_member.slash("group layout")
    assert (answer.text, answer.buttons) == ("# Groups\n@everyone\nHousing", ["Join"])
    assert answer.message.pings == frozenset()


async def test_people_and_channels_as_options_and_a_form_from_a_button(
    bot: Bare, discord_guild: Guild, discord_member: Player, discord_admin: Player
) -> None:
    options = {"who": discord_member.user, "place": discord_guild.channel("news")}
    answer = await discord_admin.slash("group lead", options)
    assert answer.content == f"{discord_member.mention_text} leads"
    assert discord_guild.channel("news").id in answer.text
    await bot.forms_known()
    opened = await discord_member.click(answer, "Consents")
    await bot.forms_known()
    assert opened.modal.texts == ["Please read this first."]
    filled: dict[str, Filled] = {"Visa": "No", "Days": ["Mon", "Tue"], "I agree": True, "Lead": [discord_admin.user.id]}
    submitted = await discord_member.submit_modal(opened, filled)
    assert (submitted.kind, answer.content) == ("update", "n ['Mon', 'Tue'] True berta")
    with pytest.raises(AssertionError, match="required"):
        await discord_member.submit_modal(opened, {**filled, "Visa": ""})


async def test_defer_edit_follow_up_and_file(bot: Bare, discord_member: Player) -> None:
    answer = await discord_member.slash("group think")
    assert (answer.kind, answer.ephemeral) == ("deferred", True)
    assert (await answer.follow_up(1)).content == "and one more"
    assert (answer.content, answer.ephemeral) == ("second thought", True)
    sheet = (await answer.follow_up(2)).files[0]
    assert (sheet.name, sheet.text) == ("members.csv", "name\nAna\n")


async def test_a_second_answer_is_refused(bot: Bare, discord_member: Player) -> None:
    answer = await discord_member.slash("group twice")
    assert (await answer.edited()).content == "still once"
    assert bot.problems == ["40060"]


async def test_a_direct_message_and_a_mention_are_answered(bot: Bare, discord_member: Player) -> None:
    reply = await discord_member.reply_to(await discord_member.dm("help"))
    assert reply.content == "You said: help"
    called = await discord_member.mention("what can you do?")
    assert "what can you do?" in (await discord_member.reply_to(called)).content
    await discord_member.say("among ourselves")
    assert (await discord_member.slash("group join", {"name": "Housing"}, in_dm=True)).kind == "message"
    assert bot.problems == ["overheard ''"], "without the intent the bot reads nothing of it"


async def test_the_bot_writes_first_and_sends_a_file(bot: Bare, discord_twin: Twin, discord_member: Player) -> None:
    person = await bot.fetch_user(int(discord_member.user.id))
    await person.send("Hello", file=discord.File(io.BytesIO(b"a,b"), "list.csv"))
    received = await discord_member.dm_received()
    assert (received.content, received.files[0].text) == ("Hello", "a,b")
    channel = await person.create_dm()
    kept = await anext(aiter(channel.history()))
    assert await kept.attachments[0].read() == b"a,b"
    discord_member.close_dms()
    with pytest.raises(discord.Forbidden, match="50007"):
        await person.send("Still there?")


async def test_a_repeated_nonce_returns_the_first_message(bot: Bare, discord_twin: Twin, discord_guild: Guild) -> None:
    channel = await bot.fetch_channel(int(discord_guild.channel("news").id))
    assert isinstance(channel, discord.TextChannel)
    first = await channel.send("Reminder", nonce="reminder-7")
    discord_twin.faults.drop_after("POST", "/channels/*/messages")
    with pytest.raises((OSError, discord.DiscordException, aiohttp.ClientError)):
        await channel.send("Second", nonce="reminder-8")
    again = await channel.send("Second", nonce="reminder-8")
    assert (await channel.send("Reminder", nonce="reminder-7")).id == first.id
    assert [message.content for message in discord_guild.messages("news")] == ["Reminder", "Second"]
    assert [message.id async for message in channel.history()] == [again.id, first.id]


async def test_faults(bot: Bare, discord_twin: Twin, discord_guild: Guild) -> None:
    channel = await bot.fetch_channel(int(discord_guild.channel("news").id))
    assert isinstance(channel, discord.TextChannel)
    discord_twin.faults.rate_limit("POST", "/channels/*/messages", retry_after=0.01)
    await channel.send("after a pause")
    assert len(discord_twin.world.requests_to("POST", "/channels/{channel_id}/messages")) == 2
    held = discord_twin.faults.hold_after("POST", "/channels/*/messages")
    sending = asyncio.create_task(channel.send("delivered, unknown to the sender"))
    await held.reached.wait()
    await discord_guild.message("news", lambda one: "delivered" in one.content)
    assert not sending.done()
    held.release()
    await sending
    discord_guild.lock("news")
    with pytest.raises(discord.Forbidden):
        await channel.send("nobody hears")


async def test_a_payload_that_discord_refuses_is_caught(bot: Bare, discord_twin: Twin, discord_member: Player) -> None:
    with discord_twin.world.expecting_violations() as caught:
        answer = await discord_member.slash("group flood")
    assert answer.content == "too long"
    assert bot.problems == ["50035"]
    assert any("2001 characters" in one for one in caught), caught


async def test_the_published_description_is_asked_too(bot: Bare, discord_twin: Twin, discord_guild: Guild) -> None:
    path = f"/channels/{discord_guild.channel('general').id}/messages"
    bad = {"content": "x", "components": [{"type": 1, "components": [{"type": 2, "style": 9, "label": "a" * 81}]}]}
    with discord_twin.world.expecting_violations() as caught, pytest.raises(discord.HTTPException):
        await bot.http.request(Route("POST", path), json=bad)
    assert any("label" in one and "81" not in one for one in caught), caught
    with discord_twin.world.expecting_violations() as caught, pytest.raises(discord.HTTPException):
        await bot.http.request(Route("POST", "/channels/1/letters"), json={})
    assert caught == ["POST /channels/1/letters: Discord has no POST /channels/1/letters"]


async def test_the_bot_goes_and_comes_back(
    discord_twin: Twin, discord_guild: Guild, discord_member: Player, pointed: None
) -> None:
    async with running(discord_twin, Bare()):
        menu = await discord_member.slash("group buttons")
    async with running(discord_twin, Bare()):
        assert (await discord_member.click(menu, "Confirm")).content == "Pressed kept:yes"
        await discord_twin.gateway.ask_to_reconnect()
        await discord_twin.gateway.until_gone()
        assert (await discord_member.slash("group join", {"name": "Housing"})).kind == "message"
        await discord_twin.gateway.drop()
        await discord_guild.player("Dora")
        assert (await discord_member.slash("group join", {"name": "Housing"})).kind == "message"


async def test_an_event_delivered_twice_and_one_that_is_answered_too_late(
    bot: Bare, discord_twin: Twin, discord_member: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await discord_member.slash("group join", {"name": "Housing"})
    await discord_twin.gateway.deliver_again(answer.interaction)
    path = "/interactions/{interaction_id}/{interaction_token}/callback"
    seen = discord_twin.world
    await seen.signal.until(lambda: len(seen.requests_to("POST", path)) == 2, "not delivered again")
    assert len(discord_member.messages("general")) == 1
    monkeypatch.setattr(discord_twin.proxy, "answer_seconds", -1.0)
    discord_twin.world.signal.patience = 0.2
    with pytest.raises(AssertionError, match="did not respond"):
        await discord_member.slash("group join", {"name": "Housing"})


async def test_servers_and_people_that_come_later(bot: Bare, discord_twin: Twin, discord_admin: Player) -> None:
    other = await discord_twin.guild("Another coalition")
    carla = await other.player("Carla", locale="fr")
    answer = await carla.slash("group join", {"name": "Housing"})
    assert bot.get_guild(int(other.id))
    assert answer.interaction.event
    assert answer.interaction.event["locale"] == "fr"
    assert answer.interaction.event["member"]["permissions"] == str(carla.permissions)
    assert discord_admin.messages("general") == []


def test_rules_that_the_description_does_not_state() -> None:
    post, callback = (
        "POST /channels/{channel_id}/messages",
        "POST /interactions/{interaction_id}/{interaction_token}/callback",
    )
    button = {"type": 2, "style": 1, "label": "A", "custom_id": "a"}
    text = {"type": 18, "label": "Q", "component": {"type": 4, "style": 1, "custom_id": "q"}}
    option = {"type": 3, "name": "a", "description": "A"}
    bad: list[tuple[str, object, str]] = [
        (post, {"content": " "}, "empty"),
        (post, {"embeds": [{"description": "x" * 3001}] * 2}, "6002 characters"),
        (post, {"embeds": [{"title": "t", "fields": [{"name": "n", "value": ""}]}]}, "empty name or value"),
        (post, {"content": "x", "components": [{"type": 1, "components": [button, button]}]}, "'a' is used 2"),
        (post, {"content": "x", "flags": 64}, "ephemeral"),
        (callback, {"type": 9, "data": {"title": "T", "components": [text] * 6}}, "6 components"),
        (callback, {"type": 8, "data": {"choices": [{"name": "", "value": "v"}]}}, "1 to 100"),
        ("PUT /applications/{application_id}/commands", [{"name": "Join", "description": "d"}], "upper-case"),
        ("PUT /applications/{application_id}/commands", [{"name": "join"}], "description is missing"),
        (
            "PUT /applications/{application_id}/commands",
            [{"name": "j", "description": "d", "options": [option, {**option, "name": "b", "required": True}]}],
            "required option",
        ),
    ]
    for route, body, words in bad:
        problems = broken_rules(route, body)
        assert any(words in problem for problem in problems), (words, problems)
