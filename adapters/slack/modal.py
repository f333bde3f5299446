"""Draws a Form as a modal, a Reply as one that confirms, and what a submission is answered with. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from adapters.slack import render
from adapters.slack.limits import (
    CHECKBOXES,
    HINT_TEXT,
    INPUT_TEXT,
    LABEL_TEXT,
    NAME,
    OPTION_TEXT,
    OPTION_VALUE,
    OPTIONS,
    STACK,
    TITLE_TEXT,
    VIEW_BLOCKS,
)
from adapters.slack.markup import Json, cut, plain
from adapters.slack.slip import Slip
from coalition_bot.buttons import opener
from coalition_bot.command import Form, Question, Reply, Tone
from coalition_bot.fields import Kind, Option
from coalition_bot.people import Place
from coalition_bot.words import _

PROBLEM_TEXT = 500  # Slack states no limit for an error beside a field; more than this nobody reads there


def form_view(form: Form, team: str, channel: str = "") -> Json:
    """The form's page as a modal; `team` is this workspace, `channel` where it was asked for."""
    slip = Slip(form.command, form.draft, channel, dict(_elsewhere(form.questions, team)))
    blocks: list[Json] = []
    if len(form.title) > TITLE_TEXT:
        blocks += render.paragraphs(form.title)
    if form.text:
        blocks += render.paragraphs(form.text)
    if form.problem:
        blocks.append(render.problem(form.problem))
    for question in form.questions:
        if question.problem:
            blocks.append(render.problem(question.problem))
        blocks.append(_asked(question, team))
    return {
        "type": "modal",
        "callback_id": "form",
        "private_metadata": slip.write(),
        "title": plain(form.title, TITLE_TEXT),
        "submit": plain(_("Submit") if form.last else _("Next"), TITLE_TEXT),
        "close": plain(_("Cancel"), TITLE_TEXT),
        "blocks": blocks[:VIEW_BLOCKS],
    }


def reply_view(reply: Reply, channel: str = "") -> Json:
    """A reply in a modal. Closing it leads back to a form beneath only where the reply tells of a problem."""
    return {
        "type": "modal",
        "callback_id": "reply",
        "private_metadata": Slip(channel=channel).write(),
        "title": plain(_title(reply.tone), TITLE_TEXT),
        "close": plain(_("Back") if reply.tone is Tone.PROBLEM else _("Close"), TITLE_TEXT),
        "clear_on_close": reply.tone is not Tone.PROBLEM,
        "blocks": render.blocks(reply, VIEW_BLOCKS),
    }


def waiting_view(slip: Slip) -> Json:
    """What stands in the modal while an answer takes its time."""
    return {
        "type": "modal",
        "callback_id": "reply",
        "private_metadata": slip.write(),
        "title": plain(_("One moment…"), TITLE_TEXT),
        "close": plain(_("Close"), TITLE_TEXT),
        "blocks": list(render.paragraphs(_("I am still at work on this. The answer will appear here."))),
    }


def home_view(reply: Reply) -> Json:
    """A reply as the App Home."""
    return {"type": "home", "blocks": render.blocks(reply, VIEW_BLOCKS)}


def invitation(form: Form) -> Reply:
    """A message with a button that opens the form, where Slack lets no modal be opened (any more)."""
    return Reply(form.title, buttons=(opener(form, _("Open the form")),))


def submitted(outcome: Reply | Form, asked: Sequence[str], team: str, channel: str, depth: int) -> Json:
    """What Slack is told after a page was submitted: `asked` are its questions, `depth` the modals on one another.

    What was typed stays on the screen until it is taken.
    """
    if isinstance(outcome, Form):
        problems = {each.name: cut(each.problem, PROBLEM_TEXT) for each in outcome.questions if each.problem}
        same = [each.name for each in outcome.questions] == list(asked)
        if same and problems and not outcome.problem:
            return {"response_action": "errors", "errors": problems}
        return {"response_action": "update", "view": form_view(outcome, team, channel)}
    if outcome.tone is Tone.PROBLEM and not outcome.buttons and asked:
        said = outcome.text or outcome.title
        return {"response_action": "errors", "errors": {asked[0]: cut(said, PROBLEM_TEXT)}}
    action = "push" if outcome.tone is Tone.PROBLEM and depth < STACK else "update"
    return {"response_action": action, "view": reply_view(outcome, channel)}


def options(found: Sequence[Option]) -> list[Json]:
    """Options as Slack takes them: each value once, none that it could not hand back whole."""
    drawn = {each.value: _option(each) for each in found if each.value.strip() and len(each.value) <= OPTION_VALUE}
    return list(drawn.values())[:OPTIONS]


def _title(tone: Tone) -> str:
    if tone is Tone.DONE:
        return _("Done")
    return _("Not yet") if tone is Tone.PROBLEM else _("Here it is")


def _asked(question: Question, team: str) -> Json:
    there = question.kind is Kind.FILE and bool(question.value)  # the control itself always begins empty
    block = {
        "type": "input",
        "block_id": question.name,
        "label": plain(question.label, LABEL_TEXT),
        "optional": there or not question.required,
        "element": {**_CONTROLS[question.kind](question, team), "action_id": question.name},
    }
    hint = _attached(question) if there else question.help
    return {**block, "hint": plain(hint, HINT_TEXT)} if hint else block


def _attached(question: Question) -> str:
    said = _("Attached: {name}. You can attach another file in its place.").format(name=question.value_label)
    return f"{said} {question.help}".strip()


def _text(question: Question, team: str) -> Json:
    # With suggestions it is a select: one sees what others have written, and picks it instead of misspelling it. The
    # core adds what was typed to the suggestions, so that any text will do. Too long a text fits into no option.
    if question.free and not question.multiline and question.longest <= OPTION_VALUE:
        return _external("external_select", question, "initial_option")
    control: Json = {
        "type": "plain_text_input",
        "multiline": question.multiline,
        "max_length": min(question.longest, INPUT_TEXT) or INPUT_TEXT,
    }
    return {**control, "initial_value": question.value[: control["max_length"]]} if question.value else control


def _choice(question: Question, team: str) -> Json:
    offered = options(question.options)
    if question.more or not offered:
        return _external("external_select", question, "initial_option")
    chosen = [each for each in offered if each["value"] == question.value]
    return {"type": "static_select", "options": offered, **({"initial_option": chosen[0]} if chosen else {})}


def _many(question: Question, team: str) -> Json:
    offered = options(question.options)
    if question.more or not offered:
        return _external("multi_external_select", question, "initial_options")
    chosen = [each for each in offered if each["value"] in question.value.split(",")]
    kind = "checkboxes" if len(offered) <= CHECKBOXES else "multi_static_select"
    return {"type": kind, "options": offered, **({"initial_options": chosen} if chosen else {})}


def _external(kind: str, question: Question, initial: str) -> Json:
    """A select that asks the bot; it would forget what its value is called, so that stands beside it."""
    control: Json = {"type": kind, "min_query_length": 0}
    labels = {each.value: each.label for each in question.options}
    values = question.value.split(",") if initial == "initial_options" else [question.value]
    chosen = options([Option(each, labels.get(each) or question.value_label or each) for each in values])
    if not chosen:
        return control
    return {**control, initial: chosen if initial == "initial_options" else chosen[0]}


def _yes(question: Question, team: str) -> Json:
    offered = options(question.options)
    chosen = [each for each in offered if each["value"] == question.value]
    return {"type": "radio_buttons", "options": offered, **({"initial_option": chosen[0]} if chosen else {})}


def _day(question: Question, team: str) -> Json:
    try:
        day = date.fromisoformat(question.value).isoformat()
    except ValueError:  # one malformed date, and Slack opens no form at all
        return {"type": "datepicker"}
    return {"type": "datepicker", "initial_date": day}


def _number(question: Question, team: str) -> Json:
    control: Json = {"type": "number_input", "is_decimal_allowed": False, "min_value": "0"}
    if question.longest:
        control["max_value"] = "9" * min(question.longest, 15)
    return {**control, "initial_value": question.value} if question.value.isdecimal() else control


def _channels(question: Question, team: str) -> Json:
    here = [place.channel for place in _places(question.value) if _is_here(place, team) and place.channel]
    control: Json = {
        "type": "multi_conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return {**control, "initial_conversations": here} if here else control


def _person(question: Question, team: str) -> Json:
    here = [place.account for place in _places(question.value) if _is_here(place, team) and place.account]
    if question.value and not here:  # somebody known by name only, maybe from another platform
        return _external("external_select", question, "initial_option")
    return {"type": "users_select", **({"initial_user": here[0]} if here else {})}


def _file(question: Question, team: str) -> Json:
    control: Json = {"type": "file_input", "max_files": 1}
    return {**control, "filetypes": list(question.endings)} if question.endings else control


_CONTROLS: dict[Kind, Callable[[Question, str], Json]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.MANY: _many,
    Kind.DAY: _day,
    Kind.NUMBER: _number,
    Kind.YES: _yes,
    Kind.CHANNELS: _channels,
    Kind.PERSON: _person,
    Kind.FILE: _file,
}


def _option(option: Option) -> Json:
    return {"text": plain(" ".join(option.label.split()) or option.value, OPTION_TEXT), "value": option.value}


def _elsewhere(questions: Sequence[Question], team: str) -> Iterator[tuple[str, str]]:
    """Channels of other communities: this workspace's control cannot show them, and they must not get lost."""
    for question in questions:
        if question.kind is Kind.CHANNELS:
            others = [str(place) for place in _places(question.value) if not _is_here(place, team)]
            if others:
                yield question.name, ",".join(others)


def _places(value: str) -> Iterator[Place]:
    for part in value.replace(",", " ").split():
        try:
            yield Place.parse(part)
        except ValueError:
            continue


def _is_here(place: Place, team: str) -> bool:
    return (place.platform, place.community) == (NAME, team)
