"""What cleaners and operators type besides: weekdays, ways out, sums of money, and an operator's commands."""

import re
from dataclasses import dataclass

from bot.conversation.parse.normalise import READ_CHARACTERS, clean
from bot.conversation.parse.numbers import SINO, to_int

EVERY_DAY, WEEKDAYS, WEEKEND = (1, 2, 3, 4, 5, 6, 7), (1, 2, 3, 4, 5), (6, 7)

_LETTERS = "월화수목금토일"
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALL = re.compile(
    r"매일|날마다|아무\s*때나|아무\s*날|언제(?:나|든)|일주일\s*내내|every\s*day|any\s*(?:day|time)|daily|always"
)
_WEEKDAYS = re.compile(r"평일|주중|week\s*days?")
_WEEKEND = re.compile(r"주말|week\s*ends?")
_GROUPS = ((_ALL, EVERY_DAY), (_WEEKDAYS, WEEKDAYS), (_WEEKEND, WEEKEND))
_EXCEPT = re.compile(r"빼고|말고|제외|except|but\s+not|but(?=\s+(?:mon|tue|wed|thu|fri|sat|sun))")
# 수요일은 못 가요 leaves it out, unless others are named that are fine
_NOT_THESE = re.compile(r"못\s*가|안\s*(?:돼|되|가)|쉬어|쉽니다|쉴게|can'?t")
_BUT_THESE = re.compile(r"되고|가능|갈\s*수\s*있|좋|괜찮|이?지만|but|\bcan\b(?!'t)")
_NAMED = re.compile(rf"([{_LETTERS}])(?:요일|욜)")
_RANGE_KO = re.compile(rf"([{_LETTERS}])\s*(?:~|-|–|∼|부터)\s*([{_LETTERS}])(?:까지)?")
_RANGE_EN = re.compile(rf"\b({'|'.join(_ENGLISH)})[a-z]*\s*(?:-|–|~|to|through)\s*({'|'.join(_ENGLISH)})[a-z]*")
_DAY_EN = re.compile(rf"\b({'|'.join(_ENGLISH)})[a-z]*")
# Each text is made of these in one way only, so that a long one is read in no time.
_AND = r"이?랑|하고|그리고|과|와|에|은|는|도|만|이?요|이에요|예요|가능해?|돼|좋아|갈\s*수\s*있어|[\s,·./&]"
_JOINS = re.compile(rf"(?:{_AND})*(?:[{_LETTERS}](?:{_AND})*)+")

_STOP = re.compile(
    r"그만(?:\s*두기|\s*둘게요?|\s*할게요?|\s*할래요?)?|나가기|취소할게요|됐어요|stop|quit|never\s*mind", re.IGNORECASE
)
_GIVES_UP = re.compile(
    r"취소(?:요|해\s*줘요?|해\s*주세요|할래요?)?|안\s*(?:할|보낼)(?:래요?|게요?)|cancel(?:\s+(?:it|that))?|forget\s+it",
    re.IGNORECASE,
)
_INVITED = (("cleaner", re.compile(r"업체|cleaner")), ("operator", re.compile(r"운영|operator")))
_WHOLE_SUM = re.compile(
    r"전액(?:\s*다)?|전부(?:\s*다)?|모두(?:\s*다)?|다|남은\s*(?:돈|금액)?\s*(?:전부|모두|다)|all(?:\s*of\s*it)?|full(?:\s*amount)?|everything",
    re.IGNORECASE,
)
_HALF = r"(?:절반|반액?|50\s*(?:%|퍼센트|프로)|half(?:\s*of\s*it)?)"
_ALL_AREAS = re.compile(
    r"전부|모두|다|전체|어디든(?:지)?|모든\s*(?:곳|지역)|다\s*(?:갈\s*수\s*있|가능|돼).*|all(?:\s*of\s*them)?|everywhere|anywhere",
    re.IGNORECASE,
)
_TAIL = r"(?:이?요|이에요|예요|입니다|만|정도|로|으로|해\s?(?:주세요|줘요?)|할게요|하기|환불|돌려\s?(?:주세요|줘요?)|부탁(?:해요|드려요|드립니다)|\s)*"
_LONGEST_SUM = 40
_SUM = re.compile(
    rf"(?:krw|₩)?\s*(?:(\d{{1,4}}(?:\.\d)?|{SINO})?\s*(만))?\s*(?:(\d|{SINO})?\s*(천))?\s*(\d{{1,3}}(?:,\d{{3}})+|\d{{1,9}})?\s*(?:원|won|krw)?"
    + _TAIL,
    re.IGNORECASE,
)
_TALK_TO_US = re.compile(r"운영자.{0,12}|(?:talk|speak)\s+to.{0,20}operator|operator", re.IGNORECASE)
_NEW_JOBS = re.compile(
    r"(?:새\s*일|새로운\s*일|제안|들어온\s*일)(?:\s*(?:보기|있(?:어|나)요?|없(?:어|나)요?|목록|보여.*))?|(?:들어온\s*)?일\s*(?:있|없)(?:어|나|을까|습니까)요?|(?:new\s+jobs?|offers?)",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"(?:이름|상호|지역|동네|구역|요일|쉬는\s*날|프로필|정보).{0,6}(?:바꾸|바꿀|바꿔|변경|추가|더하|빼|고치|고칠|수정)|"
    r"(?:쉬고\s*싶|쉴래|쉴게|쉬려|휴가|휴무|(?:당분간|잠깐|잠시|며칠)\s*쉬)|"
    r"(?:change|add|edit)\s+(?:my\s+)?(?:name|areas?|days?)|take\s+a\s+break",
    re.IGNORECASE,
)
_FOR_US = re.compile(
    r"늦을|늦어|늦게\s*(?:도착|가|갈)|(?:고객|손님).{0,8}(?:전화|연락|번호|안\s*(?:계|나|열|받))|연락처|"
    r"정산|입금|돈.{0,6}언제|문[이을]?\s*(?:안\s*열|잠)|차가?\s*막|더\s*걸(?:려|릴)|비번|비밀번호|주차|다쳤|사고|\b(?:running|be)\b.{0,20}\blate\b|phone\s+number|paid",
    re.IGNORECASE,
)

_CODE = r"#?(?P<code>[2-9A-HJ-NP-Z]{4,6})"
_SENDING = r"(?:발송|보내기|보낼래요?|보낼게요?|보내\s*줘요?|보내\s*주세요)"
_DOING = r"(?:하기|할래요?|할게요?|\s*해\s*줘요?|\s*해\s*주세요)?"
_ORDERS = (
    ("dead", r"실패함(?:\s*보기)?|처리\s*못\s*한\s*메시지|dead(?:\s*letters?)?|failed"),
    ("board", r"오늘(?:은|의)?(?:\s*(?:일|방문|예약|일정|할\s*일))?(?:은|이)?(?:\s*(?:보기|보여.*|알려.*|뭐.*|어때.*|있.*|몇.*))?|today(?:['’]?s\s+(?:jobs|visits|bookings))?"),
    ("urgent", r"급한\s*일(?:이|은)?(?:\s*(?:보기|보여.*|있.*|뭐.*))?|urgent"),
    ("threads", r"답장\s*(?:하기|할게요?|할래요?|해\s*주세요|해\s*줘요?)|(?:상담|답장|대기)(?:\s*(?:대기|고객|목록|보기))*|기다리는\s*(?:고객|분|사람)(?:\s*보기)?|waiting(?:\s*customers?)?|threads"),
    ("compensations", r"보상금?(?:\s*(?:보기|목록|지급))?|compensations?"),
    ("broadcast_stop", r"(?:단체\s*)?발송\s*(?:을\s*|좀\s*)?(?:중단|중지|취소|멈춰?|멈춤|정지|그만)(?:해?\s*줘요?|해?\s*주세요|하기|할게요?|할래요?)?|그만\s*보내(?:\s*줘요?)?|멈춰(?:\s*줘요?)?|(?:stop|pause|cancel|call\s+off)\s+(?:the\s+)?(?:broadcast|sending)|stop\s+it"),
    ("broadcast_list", r"(?:단체\s*)?발송\s*(?:목록|현황|내역|결과)(?:\s*보기)?|broadcasts|broadcast\s+(?:list|status|reports?)"),
    ("broadcast_info", rf"(?:단체\s*)?발송\s*안내|(?:단체\s*)?(?:안내|공지)(?:문|사항|\s*문자)?\s*{_SENDING}|공지(?:하기)?|broadcast\s+info(?:rmation)?|announce(?:ment)?"),
    ("broadcast_ad", rf"(?:단체\s*)?발송\s*광고|(?:단체\s*)?광고(?:\s*문자)?\s*{_SENDING}|broadcast\s+ad(?:s|vert(?:ising|isement)?)?"),
    ("broadcast", rf"(?:단체\s*)?발송(?:하기|\s*할래요?)?|단체\s*(?:문자|메시지|알림|톡)(?:\s*{_SENDING})?|(?:send\s+a\s+)?broadcast"),
    ("invite_cleaner", rf"(?:청소)?업체\s*초대{_DOING}|초대\s*(?:청소)?업체|invite\s+(?:a\s+)?cleaner"),
    ("invite_operator", rf"운영자\s*초대{_DOING}|초대\s*운영자|invite\s+(?:an\s+)?operator"),
    ("invite", rf"초대(?:\s*링크)?{_DOING}|invite"),
    ("staff", r"(?:(?:담당자|직원)(?:\s*(?:목록|명단|관리|빼기))?|(?:업체|운영자)\s*(?:목록|명단))(?:\s*(?:보기|보여.*))?|(?:역할|권한)\s*(?:회수|빼기|관리)(?:해\s*줘요?|해\s*주세요|하기|할게요?|할래요?)?|staff(?:\s+list)?|(?:take\s+(?:a\s+)?role\s+back|remove\s+(?:staff|a\s+cleaner|an\s+operator))"),
    ("erase", rf"(?:고객\s*)?(?:개인\s*정보|고객\s*정보)(?:를)?\s*(?:삭제|파기|지우기)(?:해\s*줘요?|해\s*주세요|하기|할게요?|할래요?)?(?:\s+{_CODE})?(?P<rest>)|erase(?:\s+(?:the\s+)?(?:customer|details|person))?(?:\s+#?(?P<of>[2-9A-HJ-NP-Z]{{5}}))?"),
    ("opcancel", rf"(?:운영\s*취소|취소|cancel)\s+{_CODE}(?P<rest>)"),
    ("oprefund", rf"(?:일부\s*환불|환불|refund)\s+{_CODE}(?:\s+(?P<rest>.*))?"),
    ("opmove", rf"(?:방문\s*)?(?:옮기기|이동|변경|move)\s+{_CODE}(?:\s+(?P<rest>.*))?"),
    ("history", rf"(?:기록|이력|history)(?:\s*보기)?\s+{_CODE}(?P<rest>)"),
    ("find", rf"(?:예약|보기|show)\s+{_CODE}(?P<rest>)"),
    ("find", r"(?P<code>#?(?=\w*\d)[2-9A-HJ-NP-Z]{5}|[\d*-]{4,13})(?P<rest>)"),
    ("needs_code", r"(?:운영\s*)?취소|일부\s*환불|환불|기록(?:\s*보기)?|(?:방문\s*)?옮기기|refund|history|move|cancel"),
)  # fmt: skip
_ORDER = tuple((verb, re.compile(words, re.IGNORECASE | re.DOTALL)) for verb, words in _ORDERS)


@dataclass(frozen=True, kw_only=True)
class Order:
    """An operator's command; `code` names a reservation, `rest` is what was said after it."""

    verb: str
    code: str = ""
    rest: str = ""


def read_order(text: str) -> Order | None:
    """The operator's command that a whole text is, or None."""
    said = _line(text).removeprefix("/")
    for verb, words in _ORDER:
        if match := words.fullmatch(said):
            groups = match.groupdict()
            code = (groups.get("code") or groups.get("of") or "").lstrip("#").upper()
            return Order(verb=verb, code=code, rest=(groups.get("rest") or "").strip())
    return None


def _line(text: str) -> str:
    return clean(text[:READ_CHARACTERS]).strip(" .,!?~")


def weekdays_in(text: str) -> tuple[int, ...]:
    """The ISO weekdays that a text names, 1 is Monday; none if it names none or says something else."""
    said = _line(text).lower()
    if match := _EXCEPT.search(said):
        # 일요일 빼고 다; every day except Sunday
        is_korean = "가" <= match[0][0] <= "힣"
        left_out = said[: match.start()] if is_korean else said[match.end() :]
        return _all_but(said, left_out)
    if _NOT_THESE.search(said):
        return () if _BUT_THESE.search(said) else _all_but(said, _NOT_THESE.split(said)[0] or said)
    return _days(said)


def _all_but(said: str, left_out: str) -> tuple[int, ...]:
    """Single days are left out of the group that is named (평일 중 금요일 빼고), a group out of the week."""
    for words, _ in _GROUPS:
        left_out = words.sub(" ", left_out) if _days(words.sub(" ", left_out)) else left_out
    excluded = _days(left_out)
    groups = [days for words, days in _GROUPS if words.search(said) and set(days) != set(excluded)]
    return tuple(day for day in (groups[0] if groups else EVERY_DAY) if day not in excluded) if excluded else ()


def _days(said: str) -> tuple[int, ...]:
    for words, days in _GROUPS:
        if words.search(said):
            return tuple(sorted({*days, *_days(words.sub(" ", said))}))
    found = {_LETTERS.index(match[1]) + 1 for match in _NAMED.finditer(said)}
    bare = _NAMED.sub(r"\1", said)
    for match in _RANGE_KO.finditer(bare):
        found.update(_between(_LETTERS.index(match[1]), _LETTERS.index(match[2])))
    for match in _RANGE_EN.finditer(bare):
        found.update(_between(_ENGLISH.index(match[1]), _ENGLISH.index(match[2])))
    rest = _RANGE_EN.sub(" ", _RANGE_KO.sub(" ", bare)).strip()
    if _JOINS.fullmatch(rest):
        found.update(_LETTERS.index(letter) + 1 for letter in re.sub(r"이에요|이요", " ", rest) if letter in _LETTERS)
    found.update(_ENGLISH.index(match[1]) + 1 for match in _DAY_EN.finditer(rest))
    return tuple(sorted(found))


def _between(first: int, last: int) -> set[int]:
    return {(first + step) % 7 + 1 for step in range((last - first) % 7 + 1)}


def won_in(text: str) -> int | None:
    """The sum that a whole text is, in won: 3만 5천원, 35,000; None for anything else."""
    said = _line(text)
    match = _SUM.fullmatch(said) if len(text) <= _LONGEST_SUM else None
    if match is None or not any(match.groups()):
        return None
    ten_thousands, has_ten_thousands, thousands, has_thousands, rest = match.groups()
    units = int((rest or "0").replace(",", ""))
    return round(_times(ten_thousands, has_ten_thousands) * 10_000 + _times(thousands, has_thousands) * 1_000) + units


def _times(count: str | None, unit: str | None) -> float:
    """만 alone is one of it."""
    if unit is None:
        return 0
    if count is None:
        return 1
    return float(count) if count[0].isdecimal() else to_int(count)


def is_all_of_it(text: str) -> bool:
    """전액: all the money there is."""
    return re.fullmatch(f"(?:{_WHOLE_SUM.pattern}){_TAIL}", _line(text), re.IGNORECASE) is not None


def is_half_of_it(text: str) -> bool:
    """절반만 해주세요: half of the money there is."""
    return re.fullmatch(f"{_HALF}{_TAIL}", _line(text), re.IGNORECASE) is not None


def is_everywhere(text: str) -> bool:
    """전부: every area."""
    return _ALL_AREAS.fullmatch(_line(text).rstrip("요")) is not None


def is_stop(text: str) -> bool:
    """그만두기: leave the question."""
    return _STOP.fullmatch(_line(text)) is not None


def gives_up(text: str) -> bool:
    """취소: said to an open question it leaves it, and is no answer."""
    return is_stop(text) or _GIVES_UP.fullmatch(_line(text)) is not None


def invited_role(text: str) -> str:
    """업체요, an operator; empty when it is neither, or both."""
    said = _line(text).lower()
    roles = [role for role, words in _INVITED if words.search(said)]
    return roles[0] if len(roles) == 1 else ""


def asks_for_operator(text: str) -> bool:
    """A cleaner wants to talk to us."""
    return _TALK_TO_US.fullmatch(_line(text)) is not None


def asks_for_new_jobs(text: str) -> bool:
    """새 일: what waits for an answer."""
    return _NEW_JOBS.fullmatch(_line(text)) is not None


def asks_for_profile(text: str) -> bool:
    """이름 바꿀래요, 지역 추가, 쉬고 싶어요: what the settings change."""
    return _PROFILE.search(_line(text)) is not None


def is_for_operator(text: str) -> bool:
    """늦을 것 같아요, 고객 전화번호: nothing that a program can help with."""
    return _FOR_US.search(_line(text)) is not None
