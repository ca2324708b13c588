"""What an operator types about a broadcast: its kind, whom it is for, what goes with it, and when it shall begin."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.conversation.parse.days import find_days
from bot.conversation.parse.findings import settle_days
from bot.conversation.parse.meaning import Why
from bot.conversation.parse.normalise import normalise
from bot.conversation.parse.numbers import NATIVE, SINO, to_int
from bot.conversation.parse.places import areas_in, find_places
from bot.conversation.parse.places_table import DISTRICTS
from bot.conversation.parse.slot import MARKS
from services.notification.broadcasts.values import Kind
from services.shared_kernel.clock import KST, kst

MOST_IDLE_DAYS = 3650

_INFO = re.compile(r"안내|공지|알림|정보|\binfo(?:rmation)?\b|\bnotice\b|\bannounce(?:ment)?\b")
_AD = re.compile(
    r"광고|홍보|할인|이벤트|행사|쿠폰|특가|프로모션|\bads?\b|\badvert|\bpromo|\bdiscounts?\b|\bevents?\b|\bsales?\b"
)
_NONE = re.compile(
    r"(?:버튼|영어|글)?(?:은|는|도)?\s*(?:없(?:음|어요?|이요?|습니다)|필요\s*없(?:음|어요?|습니다)|안\s*(?:달|보낼)(?:래요?|게요?)|괜찮(?:아요?|습니다)|"
    r"아니요?|아뇨|아니오|노|ㄴㄴ|건너뛰기|패스|한국어(?:로)?만(?:요)?)|no(?:pe|ne)?|no\s+(?:button|english|thanks?)|skip|nothing|korean\s+only"
)
_BOOKING = re.compile(r"예약(?:하기)?(?:\s*버튼)?(?:이?요)?|book(?:ing)?(?:\s+button)?")
_LATIN = re.compile(r"[A-Za-z]")
_VARIABLE = re.compile(r"#\{[^}]*\}")

_RELATIVE_DAY = re.compile(r"오늘|내일|모레|어제|\btoday\b|\btonight\b|\btomorrow\b|\byesterday\b")

_CUSTOMERS = re.compile(r"고객|손님|\bcustomers?\b")
_CLEANERS = re.compile(r"(?:청소\s*)?업체|\bcleaners?\b")
_EVERYBODY = re.compile(r"모두|모든|전체|전부|둘\s*다|\bevery(?:body|one)\b|\ball\b|\bboth\b")
_ENGLISH = re.compile(r"영어|영문|외국인|\benglish\b")
_KOREAN = re.compile(r"한국어|한글|\bkorean\b")
_NUMBER = rf"(?P<number>\d{{1,4}}|{NATIVE}|{SINO})"
_UNITS = {"일": 1, "주": 7, "주일": 7, "달": 30, "개월": 30, "day": 1, "week": 7, "month": 30}
_LENGTH = re.compile(rf"{_NUMBER}\s*(?P<unit>주일|주|개월|달|일|days?|weeks?|months?)(?!\s*(?:뒤|후|방문))")
_AWAY = re.compile(
    r"안\s*(?:온|오신|오는|와|왔|쓴|쓰신|이용|부른|부르신|한|하신|했)|않(?:은|으신|았|는)|없(?:는|었|이|던)|못\s*(?:온|오신)|오래|뜸한|\bno\b|\bnot\b|\bwithout\b|\baway\b|n't\b|\bidle\b"
)
# What may stand around all that: whoever is described by another word is not who was understood.
_AROUND = re.compile(
    r"에게|한테|께|으로|로|에서|에|의|을|를|은|는|이|가|과|와|만|도|들|님|분|중|그리고|하고|이랑|지난|동안|넘게|이상|째|부터|째로|"
    r"사시는|사는|있는|계신|쓰는|쓰시는|읽는|보는|가는|오는|오시는|하는|하시는|방문|예약|이용|청소|고객|손님|업체|지역|동네|언어|말|글|"
    r"안|않|온|오신|못|하지|하신|한동안|부르신|부르지|쓰신|쓰지|없|었|던|적|한|오래|뜸|번|날|것|거|요|예요|이에요|해당|대상|사람|모든|"
    r"\b(?:with|without|who|whose|that|have|has|had|haven|hasn|had|not|no|been|be|is|are|was|were|a|an|the|any|in|on|at|for|of|to|"
    r"and|visits?|bookings?|reservations?|clean(?:ing|ed)?|customers?|cleaners?|people|those|read(?:ing|s)?|speak(?:ing|s)?|"
    r"living|live|work(?:ing|s)?|days?|weeks?|months?|last|past|over|more|than|since|here|us|t|don|didn|away|idle|visited|booked|"
    r"come|came|gu|only|just|language|area|both|all|everyone|everybody)\b"
)
_LETTERS = re.compile(r"[가-힣a-z]{2}")
_EXCEPT = re.compile(r"말고|빼고|제외|아닌|\bexcept\b|\bbut\b")
_ONLY_NUMBER = re.compile(
    rf"{_NUMBER}\s*(?P<unit>주일|주|개월|달|일|days?|weeks?|months?)?\s*(?:넘게|이상|동안|째|요|이요)?"
)
_CLOCK = re.compile(
    r"(?:(?P<half>오전|아침|새벽|오후|저녁|낮|밤)\s*)?(?P<hour>\d{1,2}|열한|열두|열|한|두|세|네|다섯|여섯|일곱|여덟|아홉)\s*시(?:\s*(?P<minute>\d{1,2})\s*분|\s*(?P<thirty>반))?"
    r"|(?<![\d:])(?P<hour24>\d{1,2}):(?P<minute24>\d\d)(?!\d)\s*(?P<half24>am|pm)?|(?<!\d)(?P<hour12>\d{1,2})\s*(?P<half12>am|pm)\b"
)  # fmt: skip
_COUNT = rf"(?:\d{{1,3}}|{NATIVE}|{SINO})"
_LATER = re.compile(
    rf"(?:(?P<hours>{_COUNT})\s*시간\s*(?P<half>반)?)?\s*(?:(?P<minutes>{_COUNT})\s*분)?\s*(?:뒤|후|있다가|이따가?)"
    r"|\bin\s+(?P<in>an?|one|\d{1,3})\s+(?P<of>hour|minute|min)s?\b"
)
_MORNING = ("오전", "아침", "새벽", "am")
_AFTERNOON = ("오후", "저녁", "낮", "밤", "pm")
_NIGHT_ENDS = 5
_NOON = re.compile(r"정오|\bnoon\b")


@dataclass(frozen=True, kw_only=True)
class Whom:
    """What was said of whom it is for. `problem`: area, areas (several), day, past, idle or else, with what one may choose from."""

    everybody: bool = False
    role: str | None = None
    area: str | None = None
    visit_on: date | None = None
    idle_days: int | None = None
    language: str | None = None
    problem: str = ""
    days: tuple[date, ...] = ()
    areas: tuple[str, ...] = ()

    @property
    def said(self) -> bool:
        """Whether anything was."""
        named = (self.everybody, self.role, self.area, self.visit_on, self.idle_days, self.language, self.problem)
        return any(named)


def read_whom(text: str, *, now: datetime, asking_days: bool = False) -> Whom:
    """내일 방문 고객, 마포구; 60일 넘게 안 온 고객. `asking_days`: a number alone is days of absence."""
    line = normalise(text)
    idle, line = _idle(line, asking_days=asking_days)
    customers, cleaners = bool(_CUSTOMERS.search(line)), bool(_CLEANERS.search(line))
    whom = Whom(
        role=None if customers is cleaners else "customer" if customers else "cleaner",
        everybody=bool(_EVERYBODY.search(line)) or (customers and cleaners),
        language="en" if _ENGLISH.search(line) else "ko" if _KOREAN.search(line) else None,
    )
    if idle is not None:
        wrong = not 1 <= idle <= MOST_IDLE_DAYS or (cleaners and not customers)
        whom = replace(whom, problem="idle") if wrong else replace(whom, idle_days=idle, role="customer")
    elif _EXCEPT.search(line):
        whom = replace(whom, problem="else")
    elif _AWAY.search(line):
        whom = replace(whom, problem="idle")
    whom = _with_day(_with_area(whom, line), line, now)
    return replace(whom, problem="else") if not whom.problem and _says_more(line, now) else whom


def _says_more(line: str, now: datetime) -> bool:
    """Whether there is more than was understood: 최근 이용 고객 aren't all customers."""
    _, line = find_days(line, kst(now).date())
    _, line = find_places(line)
    for words in (MARKS, _CUSTOMERS, _CLEANERS, _EVERYBODY, _ENGLISH, _KOREAN, _AWAY, _AROUND):
        line = words.sub(" ", line)
    return _LETTERS.search(line) is not None


def _idle(line: str, *, asking_days: bool) -> tuple[int | None, str]:
    match = _ONLY_NUMBER.fullmatch(line) if asking_days else None
    if match is None and _AWAY.search(line):
        match = _LENGTH.search(line)
    if match is None:
        return None, line
    unit = (match["unit"] or "일").removesuffix("s")
    return to_int(match["number"]) * _UNITS[unit], f"{line[: match.start()]} {line[match.end() :]}"


def _with_area(whom: Whom, line: str) -> Whom:
    several = areas_in(line)
    if len(several) > 1:
        return replace(whom, problem="areas", areas=several)
    places, _ = find_places(line)
    slot = places.slot
    if slot.value and slot.why is None:
        return replace(whom, area=slot.value)
    served = tuple(area for area in slot.choices if area in DISTRICTS.values())
    return replace(whom, problem="area", areas=served) if slot.why or places.unserved else whom


def _with_day(whom: Whom, line: str, now: datetime) -> Whom:
    today = kst(now).date()
    days, masked = find_days(line, today)
    slot = settle_days(masked, list(days))
    if slot.why is Why.PAST or (slot.value is not None and slot.value < today):
        return replace(whom, problem="past")
    if slot.why is not None:
        return replace(whom, problem="day", days=tuple(day for day in slot.choices if day >= today))
    return replace(whom, visit_on=slot.value)


def read_kind(text: str) -> Kind | None:
    """안내로요, 할인 소식이에요; None when it says neither, or both."""
    line = normalise(text)
    is_info, is_ad = bool(_INFO.search(line)), bool(_AD.search(line))
    return None if is_info is is_ad else Kind.AD if is_ad else Kind.INFO


def says_none(text: str) -> bool:
    """없어요: no English text, no button."""
    return _NONE.fullmatch(normalise(text).strip(" .!~")) is not None


def says_booking(text: str) -> bool:
    """예약 버튼: the button that begins a booking."""
    return _BOOKING.fullmatch(normalise(text).strip(" .!~")) is not None


def is_english(text: str) -> bool:
    """Whether somebody who reads no Korean could read any of it."""
    return _LATIN.search(_VARIABLE.sub("", text)) is not None


def days_from_reading(text: str) -> tuple[str, ...]:
    """내일, tomorrow: what means another day to whoever reads it later."""
    return tuple(dict.fromkeys(_RELATIVE_DAY.findall(normalise(text))))


def read_start(text: str, *, now: datetime) -> datetime | None:
    """When it shall begin: 내일 오전 9시, 두 시간 뒤. Without a day the next such time; None without a time, or on no real day."""
    line = normalise(text)
    moment = kst(now)
    if (wait := _wait_in(line)) is not None:
        return moment.replace(second=0, microsecond=0) + wait
    after = _time_in(line)
    if after is None:
        return None
    days, masked = find_days(line, moment.date())
    slot = settle_days(masked, list(days))
    day = slot.value or (slot.choices[-1] if slot.choices else None)
    if day is None and slot.why is Why.PAST:
        day = moment.date() - timedelta(days=1)
    if day is not None:
        return datetime.combine(day, time(0), KST) + after
    if slot.why is not None:
        return None
    start = datetime.combine(moment.date(), time(0), KST) + after % timedelta(days=1)
    return start if start > moment else start + timedelta(days=1)


def _wait_in(line: str) -> timedelta | None:
    """두 시간 뒤, 30분 뒤, in an hour."""
    said = (each for each in _LATER.finditer(line) if each["hours"] or each["minutes"] or each["in"])
    match = next(said, None)
    if match is None:
        return None
    if match["in"]:
        count = 1 if match["in"] in ("a", "an", "one") else to_int(match["in"])
        return timedelta(hours=count) if match["of"].startswith("h") else timedelta(minutes=count)
    minutes = 30 if match["half"] else to_int(match["minutes"]) if match["minutes"] else 0
    return timedelta(hours=to_int(match["hours"]) if match["hours"] else 0, minutes=minutes)


def _time_in(line: str) -> timedelta | None:
    """How long after the day's beginning; 밤 12시 and 밤 1시 are after its end."""
    if _NOON.search(line):
        return timedelta(hours=12)
    match = _CLOCK.search(line)
    if match is None:
        return None
    word = match["hour"] or match["hour24"] or match["hour12"]
    hour, half = to_int(word), match["half"] or match["half24"] or match["half12"] or ""
    minute = 30 if match["thirty"] else int(match["minute"] or match["minute24"] or 0)
    if hour > 24 or minute > 59:
        return None
    if half == "밤" and (hour == 12 or hour < _NIGHT_ENDS):
        hour = 24 + hour % 12
    elif half in _AFTERNOON and hour < 12:
        hour += 12
    elif half in _MORNING and hour == 12:
        hour = 0
    elif not half and match["hour"] and 1 <= hour <= 6:
        hour += 12
    return timedelta(hours=hour, minutes=minute)
