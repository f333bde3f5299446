"""French words for days, hours and spans."""

from coalition_bot.phrases.tongue import ZONE_WORDS, Part, Tongue, each, from_one, units_of, words

FRENCH = Tongue(
    code="fr",
    months=from_one(
        "janvier/janv/jan fevrier/fevr/fev mars avril/avr mai juin juillet/juil aout septembre/sept/sep "
        "octobre/oct novembre/nov decembre/dec"
    ),
    weekdays=each("lundi/lun mardi mercredi/mer jeudi/jeu vendredi/ven/vend samedi/sam dimanche/dim"),
    dated_weekdays={"mar": 1},
    numbers=from_one(
        "un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
        "dix-sept/dix_sept dix-huit/dix_huit dix-neuf/dix_neuf vingt vingt_et_un/vingt-et-un vingt-deux/vingt_deux "
        "vingt-trois/vingt_trois vingt-quatre/vingt_quatre vingt-cinq/vingt_cinq vingt-six/vingt_six "
        "vingt-sept/vingt_sept vingt-huit/vingt_huit vingt-neuf/vingt_neuf trente trente_et_un/trente-et-un"
    )
    | {"quarante": 40, "quarante-cinq": 45, "soixante": 60},
    ordinals=from_one("premier deuxieme troisieme quatrieme"),
    ordinal=r"(?: ?(?:er|e|eme))",
    nth="e",
    article=r"le ",
    of=r"(?:de |d')",
    month_first=False,
    half_clock=False,
    sunday_first=False,
    years={
        "(?:de )?l'an(?:nee)? prochaine?": 1,
        "(?:de )?cette annee": 0,
    },
    month_shifts={"(?:du |le )?mois prochain": 1, "(?:de )?ce mois(?:-ci)?": 0},
    day_shifts={
        "aujourd'hui": 0,
        "ce jour": 0,
        "demain": 1,
        "apres-demain": 2,
        "apres demain": 2,
        "surlendemain": 2,
        "hier": -1,
    },
    units=units_of(
        minutes="minute minutes min mn",
        hours="heure heures h",
        days="jour jours",
        weeks="semaine semaines",
        months="mois",
        years="an ans annee annees",
    ),
    halves={"(?:1 )?demi[- ]heure": 30, "1 quart d'heure": 15},
    ahead=r"(?:dans|d'ici|sous)",
    later=r"(?:a partir (?:de maintenant|d'aujourd'hui))",
    after=r"apres",
    before=r"avant",
    one=r"1",
    plus_half=r"et demie?",
    joined=r"(?: et | )",
    next_day=(r"(?:le )?{day} prochain", r"(?:le )?prochain {day}", r"(?:le )?{day} qui vient"),
    this_day=(r"ce {day}(?:-ci)?",),
    last_day=(r"(?:le )?{day} (?:dernier|passe)",),
    day_after_next=(),
    day_week=(r"(?:le )?{day} en 8",),
    next_week_day=(
        r"(?:le )?{day} (?:de )?la semaine prochaine",
        r"la semaine prochaine(?: le)? {day}",
    ),
    this_week_day=(r"(?:le )?{day} (?:de )?cette semaine",),
    next_week=r"(?:la )?semaine prochaine",
    this_week=r"cette semaine",
    final=r"dernier",
    month_end=(r"(?:la )?fin (?:du|de) mois", r"(?:le )?dernier jour du mois"),
    month_end_of=r"(?:(?:la )?fin(?: de| d'| du mois de| du mois d'| du)?|"
    r"(?:le )?dernier jour (?:de|d'|du mois de|du))",
    of_month=r"(?:du|de ce) mois",
    week_end=(r"(?:la )?fin de (?:la |cette )?semaine(?! prochaine)",),
    next_week_end=(r"(?:la )?fin de (?:la )?semaine prochaine",),
    year_end=(r"(?:la )?fin (?:de l'|d'|de cette )annee", r"(?:le )?dernier jour de l'annee"),
    noon=r"(?:12 )?midi(?: pile)?",
    midnight=r"minuit",
    day_end=r"(?:(?:en |la )?fin de (?:la )?journee|(?:la )?fin du jour|eod)",
    office_end=r"(?:(?:la )?fermeture des bureaux|(?:la )?fin de la journee de travail|cob)",
    parts={
        "(?:du |au |le )?matin": Part.MORNING,
        "(?:de l'|dans l'|l')?apres[- ]midi": Part.AFTERNOON,
        "(?:du |au |le |en )?soir(?:ee)?": Part.EVENING,
    },
    parts_today={
        "ce soir": Part.EVENING,
        "ce matin": Part.MORNING,
        "cet apres[- ]midi": Part.AFTERNOON,
        "cette nuit": Part.NIGHT,
    },
    at=r"(?:a|vers les|jusqu'a|avant)",
    hour_words=r"(?:heures?|hrs|h)",
    past_hour={},
    after_hour={"et demie?": 30, "et quart": 15, "moins le quart": -15, "moins quart": -15},
    not_after=r"avant",
    to=r"(?:-|a|au|jusqu'au|et)",
    fillers=words("d'ici le la les a au aux de du d' pour en jusqu'au jusqu'a plus tard avant l' est c'est pile"),
    capital_zones=words(ZONE_WORDS, "et est hae hne"),
)
