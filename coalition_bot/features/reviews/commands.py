"""Adding, moving and showing the reviews that a coalition follows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from coalition_bot.command import Button, Command, Refusal, Reply, Table, anyone, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.members.finding import tell_coordinators
from coalition_bot.features.reviews.countries import country_name, suggest_states
from coalition_bot.features.reviews.tables import (
    CERTAINTY_WORDS,
    DATES,
    SOURCE_MAX,
    Certainty,
    Known,
    Review,
    ReviewBefore,
    called,
    only_review,
    review_by_uid,
    review_date,
    reviews,
    session_date,
    suggest_reviews,
)
from coalition_bot.fields import Problem, choice, day, number, text
from coalition_bot.history import note
from coalition_bot.moments import day_in_words, geneva_day
from coalition_bot.outbox import Due
from coalition_bot.words import N_, _

SESSION_MAX = 9999  # a slip of the finger, not a session
MOVED = "reviews.moved"


def source_asked() -> str:
    """The question where a date was read: no date is kept without."""
    return text("Where was this read?", longest=SOURCE_MAX, help="A link or a few words.")


def check_asked() -> date | None:
    """The question when somebody last looked there."""
    return day("When was it last checked?", required=False, help="Today, if you leave it empty.")


class Add(Command, name="review add", who=coordinators):
    """Follow the review of a State."""

    state: str = choice("State under review", suggest=suggest_states, help="Type the first letters, such as Uni.")
    session: int = number("Number of the session", help="For instance 36. The UN's timetable has it.")
    first_day: date = day("First day of the session", help="For instance 4 May 2020.")
    first_day_is: str = choice(
        "How sure is the first day?", [("tentative", N_("Tentative")), ("confirmed", N_("Confirmed"))]
    )
    review_day: date | None = day(
        "Day of the review",
        required=False,
        help="Leave it empty if nobody knows: then I count from the session and say so.",
    )
    review_day_is: str = choice(
        "How sure is the day of the review?",
        [("tentative", N_("Tentative")), ("confirmed", N_("Confirmed"))],
        required=False,
        help="Only the UN's final timetable makes a day confirmed.",
    )
    source: str = source_asked()
    checked: date | None = check_asked()

    def run(self, ctx: Context) -> Reply:
        checked_on = _checked(ctx, self.checked)
        certainty = self.review_day_is or Certainty.TENTATIVE
        review = Review(
            state=self.state,
            session=_session(self.session),
            session_first_day=self.first_day,
            session_certainty=self.first_day_is,
            session_source=self.source,
            session_checked_on=checked_on,
            review_day=self.review_day or self.first_day,
            review_certainty=certainty if self.review_day else Certainty.COMPUTED,
            review_source=self.source,
            review_checked_on=checked_on,
            created_at=ctx.now,
        )
        _sensible(review)
        _unique(ctx, review)
        ctx.session.add(review)
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "review.add", f"review:{review.id}")
        say = _("The coalition now follows the review of {review}.")
        return done(say.format(review=called(review)), table=_table([review]), buttons=(_show(),))


class Move(Command, name="review move", who=coordinators):
    """Change the dates of a review, or how sure they are."""

    review: str = choice("Review", suggest=suggest_reviews, known=only_review)
    first_day: date | None = day(
        "New first day of the session", required=False, help="Leave it empty if it stays as it is."
    )
    review_day: date | None = day("New day of the review", required=False, help="Leave it empty if it stays as it is.")
    session: int | None = number("New session", required=False, help="Only if it moves to another session, such as 37.")
    dates_are: str = choice(
        "The dates are now",
        [
            ("moved", N_("Moved, not yet confirmed")),
            ("tentative", N_("Tentative")),
            ("confirmed", N_("Confirmed")),
            ("cancelled", N_("Cancelled")),
        ],
        required=False,
        help="“Moved” if you leave it empty. It goes for the days given above, or for both.",
    )
    source: str = source_asked()
    checked: date | None = check_asked()

    def run(self, ctx: Context) -> Reply:
        review = _ours(ctx, self.review)
        if not (self.first_day or self.review_day or self.session or self.dates_are):
            raise Problem(_("Please give a new day, or say how sure the dates are now."), "review_day")
        before = ReviewBefore(
            review_id=review.id,
            actor_id=ctx.person.id,
            changed_at=ctx.now,
            **{name: getattr(review, name) for name in DATES},
        )
        ctx.session.add(before)
        self._change(ctx, review)
        _sensible(review)
        _unique(ctx, review)
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "review.move", f"review:{review.id}")
        tell_coordinators(ctx, key=f"{MOVED}:{before.id}", kind=MOVED, ref=before.id)
        hint = _("All coordinators are told. If a trip is open for this review, change its dates with {command}.")
        return done(
            f"{_changes(review, before)} {hint.format(command=ctx.slash('geneva open'))}",
            table=_table([review]),
            buttons=(_show(),),
        )

    def _change(self, ctx: Context, review: Review) -> None:
        certainty = self.dates_are or Certainty.MOVED
        both = not (self.first_day or self.review_day)
        checked_on = _checked(ctx, self.checked)
        if self.session:
            review.session = _session(self.session)
        if self.first_day or both:
            review.session_first_day = self.first_day or review.session_first_day
            review.session_certainty, review.session_source = certainty, self.source
            review.session_checked_on = checked_on
        if self.review_day or both:
            review.review_day = self.review_day or review.review_day
            review.review_certainty, review.review_source = certainty, self.source
            review.review_checked_on = checked_on
        elif review.review_certainty == Certainty.COMPUTED:
            review.review_day = review.session_first_day


class Show(Command, name="review show", who=anyone, writes=False):
    """The reviews that the coalition follows, with their dates and how sure they are."""

    def run(self, ctx: Context) -> Reply:
        found = reviews(ctx.session)
        if not found:
            say = _("The coalition follows no review yet. A coordinator adds one with {command}.")
            return Reply(say.format(command=ctx.slash("review add")))
        title = _("Reviews that {coalition} follows").format(coalition=ctx.coalition.name)
        return Reply(title=title, table=_table(found))


def _table(found: list[Review]) -> Table:
    columns = (_("Review"), _("First day of the session"), _("Day of the review"), _("Source"), _("Last checked"))
    return Table(columns, tuple(_row(review) for review in found))


def _row(review: Review) -> tuple[str, ...]:
    session, itself = session_date(review), review_date(review)
    same = (session.source, session.checked_on) == (itself.source, itself.checked_on)
    sources = [itself] if same else [session, itself]
    return (
        called(review),
        in_words(session),
        in_words(itself),
        " / ".join(known.source for known in sources),
        " / ".join(day_in_words(known.checked_on) for known in sources),
    )


def in_words(known: Known) -> str:
    """A date with how sure it is, such as `Monday, 11 May 2020 (tentative, not yet official)`."""
    return f"{day_in_words(known.day)} ({_(CERTAINTY_WORDS[known.certainty])})"


def _show() -> Button:
    return button(_("All reviews"), Show)


def _ours(ctx: Context, uid: str) -> Review:
    review = review_by_uid(ctx, uid)
    if review is None:
        raise Problem(_("I don't know this review. Pick one from the list."), "review")
    return review


def _checked(ctx: Context, answer: date | None) -> date:
    today = geneva_day(ctx.now)
    if answer and answer > today:
        raise Problem(_("Nobody can have checked it in the future. Leave it empty for today."), "checked")
    return answer or today


def _session(number_: int) -> int:
    if not 1 <= number_ <= SESSION_MAX:
        raise Problem(_("Please give the number of a session, such as 36."), "session")
    return number_


def _sensible(review: Review) -> None:
    if review.review_day < review.session_first_day:
        say = _("The day of the review ({day}) is before the session begins ({first}). Please check both.")
        days = {"day": day_in_words(review.review_day), "first": day_in_words(review.session_first_day)}
        raise Problem(say.format(**days), "review_day")


def _unique(ctx: Context, review: Review) -> None:
    with ctx.session.no_autoflush:
        twin = select(Review).where(Review.state == review.state, Review.session == review.session)
        found = [each for each in ctx.session.scalars(twin) if each is not review]
    if found:
        say = _("The coalition follows {review} already. To change its dates there is {command}.")
        told = say.format(review=called(found[0]), command=ctx.slash("review move"))
        raise Refusal(told, _show())


def _changes(review: Review, before: ReviewBefore) -> str:
    """What changed, in one sentence or more."""
    said = [_("The dates of {review} have changed.").format(review=called(review))]
    pairs = (
        (_("First day of the session"), session_date(before), session_date(review)),
        (_("Day of the review"), review_date(before), review_date(review)),
    )
    line = _("{what}: {new}; before: {old}.")
    said += [line.format(what=what, new=in_words(new), old=in_words(old)) for what, old, new in pairs if old != new]
    if before.session != review.session:
        said.append(_("Session: {new}; before: {old}.").format(new=review.session, old=before.session))
    return " ".join(said)


def _write_moved(due: Due) -> Reply | None:
    before = due.session.get(ReviewBefore, int(due.ref))
    review = due.session.get(Review, before.review_id) if before else None
    if before is None or review is None:
        return None
    return Reply(_changes(review, before), title=country_name(review.state), buttons=(_show(),))


COMMANDS = (Add, Move, Show)
WRITERS = {MOVED: _write_moved}
