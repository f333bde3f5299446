"""Spanish words for days, hours and spans."""

from coalition_bot.phrases.tongue import ZONE_WORDS, Part, Tongue, each, from_one, units_of, words

SPANISH = Tongue(
    code="es",
    months=from_one(
        "enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago "
        "septiembre/setiembre/sep/sept/set octubre/oct noviembre/nov diciembre/dic"
    ),
    weekdays=each("lunes/lun martes miercoles/mie jueves/jue viernes/vie sabado/sab domingo/dom"),
    dated_weekdays={"mar": 1},
    numbers=from_one(
        "uno/una/un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
        "diecisiete dieciocho diecinueve veinte veintiuno/veintiun veintidos veintitres veinticuatro veinticinco "
        "veintiseis veintisiete veintiocho veintinueve treinta treinta_y_uno/treinta_y_un"
    )
    | {"cuarenta": 40, "cuarenta y cinco": 45, "sesenta": 60, "noventa": 90},
    ordinals=from_one("primero/primer segundo tercero/tercer cuarto"),
    ordinal=r"(?: ?(?:o|a|ro|er|do|°))",
    nth="o",
    article=r"(?:el dia |el |dia )",
    of=r"(?:del ano |del |de )",
    month_first=True,
    half_clock=True,
    sunday_first=True,
    years={
        "(?:del |el )?ano que viene": 1,
        "(?:del |el )?proximo ano": 1,
        "(?:del |el )?ano proximo": 1,
        "(?:de )?este ano": 0,
    },
    month_shifts={
        "(?:del |el )?mes que viene": 1,
        "(?:del |el )?proximo mes": 1,
        "(?:del |el )?mes proximo": 1,
        "(?:de )?este mes": 0,
    },
    day_shifts={
        "hoy": 0,
        "manana": 1,
        "pasado manana": 2,
        "ayer": -1,
        "de hoy en 8(?: dias)?": 7,
        "de hoy en 15(?: dias)?": 14,
    },
    units=units_of(
        minutes="minuto minutos min mins",
        hours="hora horas h hs",
        days="dia dias",
        weeks="semana semanas",
        months="mes meses",
        years="ano anos",
    ),
    halves={"media hora": 30, "(?:1 )?(?:cuarto|4o) de hora": 15},
    ahead=r"(?:dentro de|en|de aqui a|en un plazo de)",
    later=r"(?:a partir de (?:ahora|hoy)|desde hoy)",
    after=r"despues (?:del?)",
    before=r"antes (?:del?)",
    one=r"1",
    plus_half=r"y media",
    joined=r"(?: y | )",
    next_day=(
        r"(?:el )?proximo {day}",
        r"(?:el )?{day} (?:proximo|siguiente)",
        r"(?:el )?{day} que (?:viene|entra)",
    ),
    this_day=(r"este (?:mismo )?{day}",),
    last_day=(r"(?:el )?pasado {day}", r"(?:el )?{day} pasado"),
    day_after_next=(),
    day_week=(r"(?:el )?{day} en 8(?: dias)?",),
    next_week_day=(
        r"(?:el )?{day} (?:de )?(?:la )?(?:proxima semana|semana que viene|semana proxima|semana siguiente)",
        r"(?:la )?(?:proxima semana|semana que viene)(?: el)? {day}",
    ),
    this_week_day=(r"(?:el )?{day} (?:de )?esta semana",),
    next_week=r"(?:la )?(?:proxima semana|semana que viene|semana proxima|semana siguiente)",
    this_week=r"esta semana",
    final=r"ultimo",
    month_end=(r"(?:(?:el )?(?:fin|final|ultimo dia) (?:del?|de este) mes|fin de mes)",),
    month_end_of=r"(?:el )?(?:fin|final|ultimo dia) del?",
    of_month=r"(?:del|de este) mes",
    week_end=(r"(?:el )?(?:fin|final) de (?:la|esta) semana(?! (?:que|proxima|siguiente))",),
    next_week_end=(r"(?:el )?(?:fin|final) de la (?:proxima semana|semana que viene|semana proxima|semana siguiente)",),
    year_end=(r"(?:el )?(?:fin|final|ultimo dia) (?:del?|de este) ano",),
    noon=r"(?:(?:las )?12(?::00)? del (?:mediodia|dia)|(?:al? |el )?mediodia|medio dia)",
    midnight=r"(?:la )?(?:medianoche|media noche)",
    day_end=r"(?:(?:el )?(?:fin|final) del dia|(?:al )?(?:fin|final) de la jornada|eod|"
    r"(?:el )?final(?: de)?(?= hoy| manana))",
    office_end=r"(?:(?:el )?cierre de (?:la )?(?:oficinas?|jornada laboral)|"
    r"(?:el )?(?:fin|final) de la jornada laboral|cob)",
    parts={
        "(?:de|por|en) la manana": Part.MORNING,
        "(?:de|por|en) la madrugada": Part.MORNING,
        "(?:de|por|en) la tarde": Part.AFTERNOON,
        "(?:de|por|en) la noche": Part.NIGHT,
    },
    parts_today={"esta noche": Part.NIGHT, "esta tarde": Part.AFTERNOON, "esta manana": Part.MORNING},
    at=r"(?:a las|a la|hasta las|hasta la|las|antes de las)",
    hour_words=r"(?:horas?|hs|hrs|en punto)",
    past_hour={},
    after_hour={"y media": 30, "y (?:1 )?(?:cuarto|4o)": 15, "menos (?:1 )?(?:cuarto|4o)": -15},
    not_after=r"antes del?",
    to=r"(?:-|al?|hasta(?: el)?|y)",
    fillers=words("el la las los a al de del para en hasta antes mas tardar dia hora horas por sobre son es con"),
    capital_zones=words(ZONE_WORDS, "et est"),
)
