"""What an operator types to a question that changes something, after 답장, and beside one booking. Whole texts only."""

import re

from bot.conversation.parse import words_en, words_ko
from bot.conversation.parse.consent import is_asked_back, is_yes_here, says_to_cancel
from bot.conversation.parse.intents import whole_intent
from bot.conversation.parse.meaning import Intent
from bot.conversation.parse.normalise import READ_CHARACTERS, clean, normalise
from bot.conversation.parse.staff import Order, gives_up, is_all_of_it, is_half_of_it, won_in

_PLEASE = r"(?:\s?(?:주세[요여용]|줘[요여]?|주십시오|[요여용]))"
_CODE = r"#?(?P<code>[2-9A-HJ-NP-Z]{5})"


def _says(korean: str, english: str) -> re.Pattern[str]:
    return re.compile(rf"{words_ko.YESES}(?:{korean}){words_ko.THANKS}|{words_en.YESES}(?:{english}){words_en.THANKS}")


# By the button's verb. Of a refund only its own word: 네 취소해 주세요 may as well stop it. A visit that is to be
# changed, or put off, may be meant for another time than the one that was proposed.
_DOES = {
    "oprefund!": _says(
        rf"환불(?:\s*확정)?{words_ko.DO}", r"(?:refund|pay)(?:\s+(?:it|now|back))+"
    ),
    "opmove!": _says(
        rf"옮겨{_PLEASE}?|옮길(?:게|래)[요여용]?|옮기(?:기|겠습니다)", r"move(?:\s+(?:it|now|(?:my|the) (?:booking|visit)))*"
    ),
    "opfinish!": _says(
        rf"(?:청소\s*(?:를|가)?\s*)?(?:다\s*)?(?:끝내{_PLEASE}|끝낼게[요]?|끝났(?:어요?|습니다)|마쳤(?:어요?|습니다)|(?:완료|종료){words_ko.DO})|"
        rf"(?:끝난\s*걸로\s*)?적어{_PLEASE}",
        r"(?:it(?:'s| has| is)?\s+)?(?:ended|finished|over|note it|end it|finish it)",
    ),
    "paid!": _says(r"(?:다\s*)?(?:보냈|지급했|입금했)(?:어요?|습니다)", r"(?:i(?:'ve| have)\s+)?(?:sent|paid)(?:\s+it)?"),
    "staff_out!": _says(
        rf"회수(?:\s*확정)?{words_ko.DO}", r"(?:take|remove)\s+(?:it|them)(?:\s+(?:back|off))?"
    ),
    "reply!": _says(rf"(?:이렇게\s*|그대로\s*)?(?:보내(?:기|{_PLEASE})?|보낼게[요]?|전송{words_ko.DO})", r"send(?:\s+(?:it|now))*"),
}  # fmt: skip
_REFUSES = re.compile(
    r"(?:아니[요오]?|아뇨|그냥|아직)?[\s,.~]*(?:[가-힣]{1,8}\s?)?(?:[가-힣]{1,6}지\s*(?:마|말|않)[가-힣]{0,6}(?:\s*(?:주세요|줘요?))?|"
    r"안\s*(?:할|해|하|보낼|보내|보냈|옮길|옮겨|끝낼|끝났|취소할|환불할|회수할|돌려)[가-힣]{0,6})[\s,.~]*|"
    r"아직(?:요|이요|이에요|예요|입니다|\s*아니(?:에요|요))?[\s,.~]*|"
    r"(?:no[,.\s]*)?(?:please\s+)?(?:do\s+not|don'?t)(?:\s+[a-z]+){1,4}"
)
_DEEDS = ("취소", "환불", "발송", "등록")
# 네 and the like, said with a word of something else
_OWN = {"opcancel!": ("취소", "환불"), "oprefund!": ("환불",), "bc_send": ("발송",), "bc_at!": ("발송",)}
# Too little, where it may as well be asked about
_ALONE = ("환불", "환불요", "회수", "회수요")
# What is asked with two buttons, so that words may answer
CONFIRMED = frozenset({"opcancel!", *_DOES})


def says_to_do(verb: str, text: str) -> bool:
    """네 회수해 주세요, to the question whose button has this verb."""
    if is_asked_back(text):
        return False
    if verb == "opcancel!":
        return says_to_cancel(text) or is_yes_here(text)
    words = _DOES.get(verb)
    if words is None or normalise(text) in _ALONE:
        return False
    return bool(words.fullmatch(normalise(text))) or is_yes_here(text)


def refuses(text: str) -> bool:
    """회수하지 마세요, 안 보낼게요."""
    return not is_asked_back(text) and bool(_REFUSES.fullmatch(normalise(text)))


def is_of_another(verb: str, text: str) -> bool:
    """취소 확정, to the question about a refund."""
    said = normalise(text)
    return any(deed in said and deed not in _OWN.get(verb, ()) for deed in _DEEDS)


def may_mean_either(verb: str, text: str) -> bool:
    """취소해 주세요, under 취소 확정 and 그만두기."""
    said = normalise(text)
    return verb == "opcancel!" and "그만" not in said and gives_up(text) and bool(re.search("취소|cancel", said))


_FIRST = re.compile(r"^(?:아니(?:요|오)?|아뇨|네|넵|예|응|no|yes)[\s,.]+", re.IGNORECASE)


def without_yes_or_no(text: str) -> str:
    """아니 3만원, 네 전액 환불해 주세요: the sum that was said."""
    return _FIRST.sub("", text.strip())


# A reason that somebody else reads

_NO_REASONS = (Intent.YES, Intent.NO, Intent.KEEP, Intent.GREET)
_NO_ANSWER = re.compile(rf"(?:없(?:음|어요?|습니다)|몰라요?|모르겠(?:어요?|습니다)|비밀){words_ko.THANKS}|none|nothing")
_A_WORD = re.compile(r"[가-힣]{2}|[a-z]{2}")


def is_no_reason(text: str) -> bool:
    """네, 네 취소해 주세요, 1234, 안녕하세요, ㅇㅇ: an answer to something else."""
    said = normalise(text)
    if not _A_WORD.search(said) or _NO_ANSWER.fullmatch(said) or whole_intent(said) in _NO_REASONS:
        return True
    return is_yes_here(text) or says_to_cancel(text) or any(says_to_do(verb, text) for verb in _DOES)


# What stops a broadcast that is looked at

_NOTHING_GOES = re.compile(
    rf"(?:발송\s*(?:을\s*)?)?(?:중단|중지|정지|보류)(?:{words_ko.DO})|(?:발송\s*)?멈춰{_PLEASE}?|나중에\s*(?:보낼|할)게요?|(?:do\s+not|don'?t)\s+send(?:\s+(?:it|them))?"
)


def stops_sending(text: str) -> bool:
    """보내지 마세요, 중단해 주세요."""
    return refuses(text) or (not is_asked_back(text) and bool(_NOTHING_GOES.fullmatch(normalise(text))))


# After 답장

_IN_FRONT = re.compile(rf"{_CODE}(?![0-9A-Za-z])[\s:,;.·\-–—]*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_WHO_WAITS = (
    r"(?:(?:대기|기다리는|기다리시는)(?:\s*(?:고객|분|사람|중인?|명단|목록))*|목록|리스트|명단)(?:이|은|는|을|를|좀)?"
    r"(?:\s*(?:좀\s*)?(?:보여|보기|볼래|알려|몇|있|없|누구|확인|뭐)[가-힣\s?]{0,14})?"
)
_NOT_YET = (
    r"(?:아직|지금은|이따가?|나중에|조금\s*있다가?|좀\s*있다가?|안|못)(?:\s*(?:안|못))?"
    r"(?:\s*(?:할게|할래|하겠|해|했|보낼게|보낼래|보냈|쓸게|썼|함)[가-힣]{0,4}[?？]?)?|(?:취소|보류|그만|삭제)[가-힣\s]{0,6}|상담\s*(?:끝|종료)[가-힣]{0,4}|"
    r"해\s?(?:주세요|줘요?)|할게요?|누구(?:한테|에게)[가-힣\s]{0,10}[?？]?"
)
_WAS_IT_SENT = (
    r"(?:다\s*|이미\s*|잘\s*|혹시\s*|방금\s*)*(?:보냈|했|갔|나갔|도착했|전달됐|전송됐|왔|들어왔|받았|있|없)"
    r"(?:나요?|는지[가-힣\s]{0,8}|을까요?|습니까|죠|지요?|(?:어요?)?(?=[?？]))[?？\s]*"
)
_LIST_EN = (
    r"list|who(?:'s| is)? waiting\??|waiting(?: list)?|later|not (?:now|yet)|nothing|cancel|i(?:'ll| will) (?:do it |answer |reply )?later|"
    r"(?:was|is) it sent\??|did (?:it|i|we) (?:go|send|reply).{0,20}|(?:i )?(?:won't|don't|do not|will not) (?:reply|answer|send).{0,12}"
)
_ABOUT_REPLIES = re.compile(f"(?:{_WHO_WAITS}|{_NOT_YET}|{_WAS_IT_SENT}|{_LIST_EN})[\\s.!~]*", re.IGNORECASE)


def code_in_front(text: str) -> tuple[str, str]:
    """What may be a code, in any case, and what follows it; an empty code if there is none."""
    match = _IN_FRONT.fullmatch(text.strip())
    return (match["code"].upper(), match["rest"].strip()) if match else ("", text)


def is_about_replies(text: str) -> bool:
    """목록 보여줘, 안 할게요, 보냈나요?: meant for us, and for no customer."""
    return bool(_ABOUT_REPLIES.fullmatch(clean(text[:READ_CHARACTERS])))


# Beside one booking

_ASKING = words_ko.DO
_REFUND = re.compile(
    rf"(?:일부\s*)?환불(?:\s+(?P<after>[^?]{{1,30}}))?|(?P<before>[^?]{{1,20}}?)\s*(?:을|를|만)?\s*환불{_ASKING}|refund(?:\s+(?P<of>.+))?"
)
_DEED_WORDS = (
    ("opcancel", re.compile(rf"(?:(?:이|그|해당)\s?(?:거|것|건|예약)?(?:을|를|은|는)?\s*)?(?:예약\s*|운영\s*)?취소{_ASKING}|cancel(?:\s+(?:it|this))?")),
    ("oprefund", re.compile(rf"(?:일부\s*)?환불{_ASKING}|refund(?:\s+it)?")),
    ("history", re.compile(r"(?:기록|이력)(?:\s*(?:보기|보여.{0,6}|조회))?|history")),
    ("find", re.compile(r"(?:예약\s*)?(?:보기|보여.{0,6}|찾기|찾아.{0,6}|조회.{0,6}|확인.{0,6}|예약)|show")),
    ("close", re.compile(r"상담\s*(?:을\s*)?(?:끝내기|끝|종료|마무리|끝낼게요?|끝내\s?(?:줘요?|주세요))|(?:close|end)(?:\s+(?:the\s+)?talk)?")),
)  # fmt: skip
_MOVES = re.compile(
    r"옮기|옮겨|옮길|이동|변경|바꿔|바꾸|바꿀|미뤄|미루|미룰|당겨|당기|늦춰|늦추|\b(?:move|reschedule)\b"
)
_OTHER_THINGS = re.compile(words_ko.OTHER_FIELDS)
_REPLY = re.compile(r"(?:답장|회신|reply)\s*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_AND_A_DEED = re.compile(
    rf"{_CODE}(?![0-9A-Za-z])\s*(?:예약)?(?:은|는|을|를|건)?[\s:,]*(?P<rest>.+)", re.IGNORECASE | re.DOTALL
)
_CLOSES = re.compile(
    rf"(?:상담\s*(?:끝내기|종료|끝|마무리)|(?:end|close)(?:\s+(?:the\s+)?talk)?)\s+{_CODE}", re.IGNORECASE
)


def read_deed(text: str) -> Order | None:
    """취소, 환불 2만원, 토요일 10시로 옮겨줘: what is to be done to the booking that was found."""
    said = normalise(text).strip(" .,~")
    for verb, words in _DEED_WORDS:
        if words.fullmatch(said):
            return Order(verb=verb)
    if refund := _REFUND.fullmatch(said):
        amount = (refund["after"] or refund["before"] or refund["of"] or "").strip()
        is_sum = won_in(amount) or is_all_of_it(amount) or is_half_of_it(amount)
        return Order(verb="oprefund", rest=amount) if is_sum else None
    if _MOVES.search(said) and not (is_asked_back(text) or _OTHER_THINGS.search(said) or refuses(text)):
        return Order(verb="opmove", rest=text.strip())
    return None


def read_coded_deed(text: str) -> Order | None:
    """R7K2Q 취소, R7K2Q 답장 네, 상담 끝내기 R7K2Q; what isn't a code after all is for whoever looks it up."""
    said = clean(text[:READ_CHARACTERS]).strip(" .,!~")
    if match := _CLOSES.fullmatch(said):
        return Order(verb="close", code=match["code"].upper())
    match = _AND_A_DEED.fullmatch(said)
    if match is None:
        return None
    if reply := _REPLY.fullmatch(match["rest"]):
        return Order(verb="reply", code=match["code"].upper(), rest=reply["rest"])
    deed = read_deed(match["rest"])
    return None if deed is None else Order(verb=deed.verb, code=match["code"].upper(), rest=deed.rest)


_BARE_CODE = re.compile(_CODE, re.IGNORECASE)
_BARE_NAME = re.compile(r"(?=.*[가-힣])(?P<name>[가-힣A-Za-z○*]{2,12}?)(?:\s*(?:고객님?|업체|씨|님))*")


def bare_code(text: str) -> str:
    """jkbxg: what may be a code, and nothing else."""
    match = _BARE_CODE.fullmatch(clean(text[:READ_CHARACTERS]).strip(" .,!?~"))
    return match["code"].upper() if match else ""


def bare_name(text: str) -> str:
    """김OO 고객님: what may be a name, and nothing else."""
    match = _BARE_NAME.fullmatch(clean(text[:READ_CHARACTERS]).strip(" .,!?~"))
    return match["name"] if match else ""


# Who is meant

_POLITE = re.compile(r"(?<=\S)\s*(?:고객님|님|씨)$")
_TO = re.compile(r"\s*(?:(?:고객)?님|씨)?(?:께|에게|한테)?(?=[\s:,]|$)[\s:,]*")


def without_title(name: str) -> str:
    """김OO 고객님: the name."""
    return _POLITE.sub("", name)


def after_name(name: str, text: str) -> str | None:
    """이순자 고객님께 네: what follows the name; None if it isn't in front."""
    said = text.strip()
    match = _TO.match(said, len(name)) if said.startswith(name) else None
    return said[match.end() :] if match else None
