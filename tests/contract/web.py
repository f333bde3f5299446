"""The face of the web page: people in a real browser, in front of the real adapter."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Request

from adapters.web.people import CHANNELS, Persona
from coalition_bot.db import Database
from coalition_bot.fields import Kind
from tests.browser import DESKTOP, Site, Tab
from tests.contract.commands import TRIAL
from tests.contract.face import Asked, Seen
from tests.story import GivenClock, House

PEOPLE = ("admin", "anna", "bea", "ben", "carla", "dan", "eva", "fatou", "gil")

# What a person sees of a message, and of an open form, read from what the browser has drawn.
READ_MESSAGE = """article => {
  const file = article.querySelector("a.file");
  const picture = article.querySelector("img.picture");
  const parts = [...article.children].filter(part => !part.matches("header, .buttons"));
  return {
    id: article.id,
    text: parts.map(part => part.innerText).join("\\n"),
    private: article.matches(".private"),
    buttons: [...article.querySelectorAll(".buttons button")].map(button => button.innerText),
    file: file ? file.href.split(",")[1] : picture && picture.naturalWidth ? picture.src.split(",")[1] : null,
    alt: picture ? picture.alt : "",
  };
}"""
READ_FORM = """dialog => {
  const text = part => part ? part.innerText.trim() : "";
  const asked = {};
  for (const question of dialog.querySelectorAll(".question")) {
    const own = [...question.querySelectorAll("[name^='q.']")];
    const ticked = own.filter(each => each.checked).map(each => each.value);
    asked[own[0].name.slice(2)] = {
      label: text(question.querySelector("label, legend")),
      value: own[0].type === "file"
        ? (text(question.querySelector(".attached")).match(/Attached: (.*?)\\. You can/) ?? ["", ""])[1]
        : own.some(each => each.type === "checkbox") ? ticked.join(",") : own[0].value,
      problem: text(question.querySelector(".problem")),
      options: own[0].tagName === "SELECT"
        ? [...own[0].options].filter(option => option.value).map(text)
        : [...question.querySelectorAll(".choice")].map(text),
    };
  }
  return {
    text: ["h2", ".questions > p", "#form-problem"].map(part => text(dialog.querySelector(part))).join("\\n"),
    asked,
    last: text(dialog.querySelector("[type=submit]")) === "Submit",
  };
}"""
# The very same request once more, its answer put where the first one went.
REPEAT = """async ([address, body]) => {
  const headers = {"Content-Type": "application/x-www-form-urlencoded"};
  const answer = await fetch(address, {method: "POST", headers, body});
  const log = document.querySelector(answer.headers.get("HX-Retarget"));
  htmx.swap(log, await answer.text(), {swapStyle: "beforeend"});
}"""


class WebFace:
    """See `tests.contract.face.Face`."""

    platform = "web"

    def __init__(self, context: BrowserContext, site: Site) -> None:
        """Take a browser and a site that serves."""
        self._context, self._site = context, site
        self._tabs: dict[str, Tab] = {}
        self._last: tuple[Tab, Request] | None = None

    @property
    def house(self) -> House:
        """The house of the process that now runs."""
        return self._site.house

    async def tab(self, who: str) -> Tab:
        """Somebody's page, in front; opened at first use."""
        if who in self._tabs:
            await self._tabs[who].page.bring_to_front()  # behind others, it would be drawn once a second
        else:
            tab = self._tabs[who] = await Tab.open(self._context, self._site, who)
            tab.page.on("request", lambda request: self._note(tab, request))
        return self._tabs[who]

    def _note(self, tab: Tab, request: Request) -> None:
        if request.method == "POST" and request.url.endswith(("/say", "/press", "/submit")):
            self._last = tab, request

    async def gives(self, who: str, command: str, /, **answers: str) -> Seen:
        """Type it as one line in #general."""
        tab = await self.tab(who)
        await self._enter(tab, "general")
        typed = [f"{name}=“{self._typed(command, name, value)}”" for name, value in answers.items()]
        await tab.says(" ".join([f"/{command}", *typed]))
        return await self._seen(tab)

    async def taps(self, who: str, seen: Seen, label: str) -> Seen:
        """Press a button of that message, in the conversation in which it stands."""
        tab = await self.tab(who)
        message = tab.page.locator(f"[id='{seen.raw}']")
        await self._enter(tab, await message.evaluate("article => article.closest('.room').id.slice('room-'.length)"))
        await tab.does(message.get_by_role("button", name=label, exact=True))
        return await self._seen(tab)

    async def fills(self, who: str, seen: Seen, /, **answers: str) -> Seen:
        """Fill in the dialog, and submit it."""
        tab = await self.tab(who)
        for name, value in answers.items():
            await self._fill(tab, name, value)
        await tab.submits("Submit" if seen.last else "Next")
        return await self._seen(tab)

    async def attaches(self, who: str, seen: Seen, question: str, name: str, content: bytes, /, **answers: str) -> Seen:
        """Choose a file in the dialog, and go on as with other answers."""
        control = (await self.tab(who)).dialog.locator(f"input[type=file][name='q.{question}']")
        await control.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
        return await self.fills(who, seen, **answers)

    async def suggested(self, who: str, command: str, question: str, typed: str) -> list[str]:
        """Open the form, and type into the question."""
        tab = await self.tab(who)
        await self.gives(who, command)
        options = await self._offered(tab, tab.dialog.locator(f"[data-question='{question}']"), typed)
        labels = [await option.inner_text() for option in await options.all()]
        await tab.dialog.get_by_role("button", name="Cancel").click()
        return labels

    async def writes(self, who: str, words: str) -> Seen:
        """Go to the direct messages, and type there."""
        tab = await self.tab(who)
        await self._enter(tab, "direct")
        await tab.says(words)
        return await self._seen(tab)

    async def inbox(self, who: str) -> list[Seen]:
        """What stands in the direct messages, for somebody who opens the page now."""
        return await self._posts(who, "direct")

    async def channel(self, name: str = "general") -> list[Seen]:
        """What stands in a channel, for somebody who opens the page now."""
        return await self._posts("gil", name)

    async def repeats(self) -> Seen:
        """Send the browser's last request once more."""
        assert self._last
        tab, request = self._last
        await tab.page.evaluate(REPEAT, [request.url, request.post_data])
        return await self._seen(tab)

    async def restart(self) -> None:
        """The pages stay open while the bot is another process."""
        await self._site.restart()
        for tab in self._tabs.values():
            tab.complaints.clear()  # of the moment in which nobody answered

    async def _enter(self, tab: Tab, room: str) -> None:
        """Go to that conversation."""
        link = tab.page.get_by_role("navigation").locator(f"a[data-room='{room}']")
        if await link.get_attribute("aria-current") is None:
            await link.click()

    async def _posts(self, who: str, room: str) -> list[Seen]:
        await self._site.post()
        tab = await Tab.open(self._context, self._site, who, room)
        found = [self._message(await each.evaluate(READ_MESSAGE)) for each in await tab.log.locator("article").all()]
        await tab.page.close()
        return [seen for seen in found if str(seen.raw).startswith("post-")]

    async def _seen(self, tab: Tab) -> Seen:
        if await tab.dialog.count():
            form = await tab.dialog.evaluate(READ_FORM)
            asked = {
                name: Asked(each["label"], each["value"], each["problem"], tuple(each["options"]))
                for name, each in form["asked"].items()
            }
            return Seen(text=form["text"], form=asked, last=form["last"])
        return self._message(await tab.last.evaluate(READ_MESSAGE))

    def _message(self, found: dict[str, Any]) -> Seen:
        file = base64.b64decode(found["file"]) if found["file"] else None
        buttons = tuple(found["buttons"])
        return Seen(found["text"], found["private"], buttons, file=file, alt=found["alt"], raw=found["id"])

    def _typed(self, command: str, name: str, value: str) -> str:
        field = self.house.bot.commands[command].spec.field(name)
        return f"#{value}" if field and field.kind is Kind.CHANNELS and value in CHANNELS else value

    async def _fill(self, tab: Tab, name: str, value: str) -> None:
        own = tab.dialog.locator(f"[name='q.{name}']:not([type=hidden])")
        suggesting = tab.dialog.locator(f"[data-question='{name}']")
        if await suggesting.count():
            persona = self._site.web.personas.get(value)
            options = await self._offered(tab, suggesting, persona.name if persona else value)
            if persona and await options.count():
                await options.filter(has_text=persona.name).first.click()
        elif await own.first.get_attribute("type") == "checkbox":
            wanted = {f"web:sample:{each}" if each in CHANNELS else each for each in value.split(",")}
            for box in await own.all():
                await box.set_checked(await box.get_attribute("value") in wanted)
        elif await own.evaluate("each => each.tagName") == "SELECT":
            await own.select_option(value)
        else:
            await own.fill(value)

    async def _offered(self, tab: Tab, box: Locator, typed: str) -> Locator:
        """Type, and wait until the list for it is there."""
        async with tab.page.expect_response(
            lambda answer: answer.url.endswith("/chat/options") and _asked_for(answer.request, typed)
        ):
            await box.fill(typed)
        await tab.page.evaluate("() => new Promise(requestAnimationFrame)")
        return tab.dialog.locator(f"[id='{await box.get_attribute('aria-controls')}']").get_by_role("option")


def _asked_for(request: Request, typed: str) -> bool:
    return (request.post_data_json or {}).get("typed") == typed


@asynccontextmanager
async def web_face(browser: Browser, db: Database) -> AsyncIterator[WebFace]:
    """A site whose admin has founded the coalition; fails with all that a browser complained of."""
    people = [Persona(name, name.title(), "Member", admin=name == "admin") for name in PEOPLE]
    site = Site(db.url.render_as_string(hide_password=False), GivenClock(), personas=people, features=(TRIAL,))
    await site.start()
    context = await browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    try:
        face = WebFace(context, site)
        founded = {"coalition": "Coalition for Change", "zone": "New York", "announcements": "general"}
        seen = await face.gives("admin", "coalition setup", **founded)
        assert "is founded" in seen.text, seen
        yield face
        complaints = [complaint for tab in face._tabs.values() for complaint in tab.complaints]
        assert not complaints, complaints
    finally:
        await context.close()
        await site.stop()
