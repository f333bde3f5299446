"""English words for days, hours and spans."""

from coalition_bot.phrases.tongue import ZONE_WORDS, Part, Tongue, each, from_one, units_of, words

ENGLISH = Tongue(
    code="en",
    months=from_one(
        "january/jan february/feb/febr march/mar april/apr may june/jun july/jul august/aug "
        "september/sep/sept october/oct november/nov december/dec"
    ),
    weekdays=each(
        "monday/mon/mondays tuesday/tue/tues wednesday/wed/weds thursday/thu/thur/thurs friday/fri "
        "saturday/sat sunday/sun"
    ),
    dated_weekdays={},
    numbers=from_one(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty"
    )
    | {"thirty": 30, "forty": 40, "forty five": 45, "forty-five": 45, "sixty": 60, "ninety": 90}
    | {"a couple of": 2, "couple of": 2},
    ordinals=from_one(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first/twenty_first "
        "twenty-second/twenty_second twenty-third/twenty_third twenty-fourth/twenty_fourth "
        "twenty-fifth/twenty_fifth twenty-sixth/twenty_sixth twenty-seventh/twenty_seventh "
        "twenty-eighth/twenty_eighth twenty-ninth/twenty_ninth thirtieth thirty-first/thirty_first"
    ),
    ordinal=r"(?: ?(?:st|nd|rd|th))",
    nth="th",
    article=r"the ",
    of=r"(?:of |in )",
    month_first=True,
    half_clock=True,
    sunday_first=True,
    years={"next year": 1, "this year": 0},
    month_shifts={"next month": 1, "this month": 0},
    day_shifts={
        "today": 0,
        "tomorrow": 1,
        "tmrw": 1,
        "tomorow": 1,
        "tommorow": 1,
        "tommorrow": 1,
        "the day after tomorrow": 2,
        "day after tomorrow": 2,
        "(?:a|1) week today": 7,
        "today week": 7,
        "(?:a|1) week tomorrow": 8,
        "tomorrow week": 8,
        "yesterday": -1,
    },
    units=units_of(
        minutes="minute minutes min mins",
        hours="hour hours hr hrs h",
        days="day days",
        weeks="week weeks wk wks",
        fortnights="fortnight fortnights",
        months="month months",
        years="year years",
    ),
    halves={"half an hour": 30, "half hour": 30, "a half hour": 30, "a quarter of an hour": 15},
    ahead=r"(?:in|within)",
    later=r"(?:from now|from today|hence|ahead|time)",
    after=r"(?:from|after)",
    before=r"before",
    one=r"(?:an?|1)",
    plus_half=r"and a half",
    joined=r"(?: and | )",
    next_day=(r"next {day}", r"{day} next(?! week)"),
    this_day=(r"(?:this coming|this|coming|the coming|upcoming) {day}",),
    last_day=(r"(?:last|past|previous) {day}",),
    day_after_next=(r"(?:the )?{day} after next",),
    day_week=(r"{day} week\b", r"{day} in a week", r"(?:a|1) week (?:on|this) {day}", r"week on {day}"),
    next_week_day=(r"{day} (?:of )?next week", r"next week(?:'s)?(?: on)? {day}"),
    this_week_day=(r"{day} (?:of )?this week", r"this week(?:'s)?(?: on)? {day}"),
    next_week=r"next week",
    this_week=r"this week",
    final=r"last",
    month_end=(r"(?:the )?(?:end|last day) of (?:the )?month", r"month[- ]end", r"eom"),
    month_end_of=r"(?:the )?(?:end|last day) (?:of|in)",
    of_month=r"of the month",
    week_end=(r"(?:the )?end of (?:the |this )?week", r"eow"),
    next_week_end=(r"(?:the )?end of next week",),
    year_end=(r"(?:the )?(?:end|last day) of (?:the )?year", r"year[- ]end", r"eoy"),
    noon=r"(?:12(?::00)? )?(?:noon|midday|noontime)",
    midnight=r"(?:12 )?midnight",
    day_end=r"(?:(?:the )?end of (?:the )?day|eod|day's end|end of(?= today| tomorrow))",
    office_end=r"(?:(?:the )?close of (?:business|play)|(?:the )?end of (?:the )?business(?: day)?|"
    r"(?:the )?end of (?:the )?(?:working|work) ?day|cob|eob|cop)",
    parts={
        "(?:in |during )?(?:the )?morning": Part.MORNING,
        "(?:in |during )?(?:the )?afternoon": Part.AFTERNOON,
        "(?:in |during )?(?:the )?evening": Part.EVENING,
        "(?:at )?night": Part.NIGHT,
    },
    parts_today={
        "tonight": Part.NIGHT,
        "this evening": Part.EVENING,
        "this afternoon": Part.AFTERNOON,
        "this morning": Part.MORNING,
    },
    at=r"(?:at|@|by|before|until|till)",
    hour_words=r"(?:o'clock)",
    past_hour={"half past": 30, "half after": 30, "(?:a )?quarter past": 15, "(?:a )?quarter to": -15},
    after_hour={},
    not_after=r"before",
    to=r"(?:-|to|until|till|through|thru|and)",
    fillers=words("on at by the of until till due no later than latest sharp in from @ it's is"),
    capital_zones=words(ZONE_WORDS),
)
