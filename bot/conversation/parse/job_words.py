"""What a cleaner says about a job. Whole texts only: a question, a negation or a remark that names leaving, accepting
or not coming does nothing."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.conversation.parse import words_ko
from bot.conversation.parse.consent import hesitates, is_asked_back, is_not_now
from bot.conversation.parse.intents import whole_intent
from bot.conversation.parse.meaning import Intent
from bot.conversation.parse.moments import When, when_in
from bot.conversation.parse.normalise import normalise


class Doing(StrEnum):
    """What is said."""

    ACCEPT = "accept"
    GO = "go"  # 갈게요: accepts, and keeps
    DECLINE = "decline"
    CANT_COME = "cant_come"  # an offer or a job
    GIVE_UP = "give_up"  # a job of theirs
    CANCEL = "cancel"
    TAKE_BACK = "take_back"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    START = "start"
    FINISH = "finish"
    SHOW = "show"


STEPS = frozenset({Doing.EN_ROUTE, Doing.START, Doing.FINISH})
_WAITS = STEPS | {Doing.ACCEPT, Doing.GO}  # a sigh after one of these is no word yet


@dataclass(frozen=True, kw_only=True)
class JobWord:
    """`is_plain`: no 네 before it. `waits`: asked, or to happen later. `is_past`: told as done."""

    doing: Doing
    when: When
    is_plain: bool = True
    waits: bool = False
    is_past: bool = False


# Possessive where two ways to read the same letters would make a long text take for ever
_AYE = r"(?:(?:네++|넵|넹|예|옙|응|ㅇ++ㅋ?|오케이|좋아요|알겠습니다|알겠어요|그럼|yes|yeah|ok|okay|sure)(?:[\s,.]+|(?=[가-힣])))++"
_OPENING = (
    r"(?:(?:아니[오요]?|아뇨|no|sorry|죄송(?:하지만|합니다만|한데요?|합니다|해요)?|미안(?:하지만|한데|합니다|해요)?|저는?|제가|전|갑자기|그날은?|"
    r"이날은?|그때는?|그\s*시간(?:에는|엔|에|은)?|(?:이|그)\s*(?:일|건)은?|이번\s*(?:일|건)?은?|일|오늘|그냥|다시|아무래도|도저히|but|i'?m|i)[\s,.]+)*+"
)
_WHY = r"(?:.{1,40}(?:아서|어서|여서|해서|와서|라서|나서|때문에|겨서|파서|려서)\s+)?"
_END = r"\s*(?:이?요|용|여)?"
_LIKE = r"(?:것|거|듯)\s*(?:같(?:아|습니다|네)|해|합니다)"
_COME = rf"(?:나?(?:가(?:겠어|겠습니다|겠네|네|는데)?|갑니다|감|갈게|갈\s*{_LIKE}))"
_DO_IT = r"(?:\s*(?:를|을|좀|요|해\s?주세요|해\s?줘요?|할게요?|할래요?|하겠습니다|하겠어요|합니다|해요|하고\s*싶어요|부탁(?:드려요|드립니다|해요|합니다)?))*+"
_HAVE_TO = r"해야\s*(?:해|돼|할\s*것\s*같아|겠어)"
_THE_JOB = r"(?:(?:이|그|오늘|제가?|내가?)?\s*(?:맡은\s*)?(?:일|거|꺼|건|예약|방문|작업)\s*(?:을|를|은|좀)?\s*|(?:the |my |this )?(?:job|visit)\s*)?"
_TO_A_PERSON = r"(?:(?:고객|손님|집|댁|현장|건물|아파트)\s*(?:님|분)?\s*(?:집|댁|의)?\s*(?:에|앞에|근처에)?\s*|지금\s*|방금\s*|이제\s*)*+"

# Tried from the top
_WORDS: tuple[tuple[Doing, str], ...] = (
    (Doing.TAKE_BACK, rf"(?:출발|시작|완료|수락|거절)\s*(?:한\s*(?:거|것)|했던\s*(?:거|것))?\s*(?:을|를)?\s*(?:취소|철회|되돌려){_DO_IT}|"
                      r"(?:출발|시작|완료|수락|거절)?\s*(?:을|를)?\s*잘못\s*눌렀(?:어|습니다|네)요?|undo(?: it| that)?|(?:i )?(?:pressed|tapped) it by mistake"),
    (Doing.GIVE_UP, rf"{_OPENING}{_WHY}못\s*(?:[가하]게\s*(?:됐어|됐습니다|됐네|되었어|되었습니다|될\s*{_LIKE})|하겠(?:어|습니다|네)|합니다|할\s*{_LIKE}){_END}|withdraw"),
    (Doing.CANT_COME, rf"{_OPENING}{_WHY}(?:못\s*(?:{_COME}|해)|안\s*(?:갈게|갈래|가|갑니다)|갈\s*수(?:가)?\s*없(?:어|습니다|네|게\s*됐어|을\s*{_LIKE})){_END}|"
                      r"(?:(?:sorry|but|no|unfortunately|i)[\s,.]+)*(?:can'?t|can not|cannot|won'?t be able to) (?:come|go|make it|do it)(?: (?:on|that day|then|any ?more|after all|now|sorry))*|"
                      r"(?:(?:sorry|but|no|unfortunately|i)[\s,.]+)*can t (?:come|go|make it|do it)(?: (?:on|that day|then|any ?more|after all|now|sorry))*"),
    (Doing.CANCEL, rf"{_OPENING}{_THE_JOB}취소(?:{_DO_IT}|{_HAVE_TO}{_END})|(?:i )?(?:have to |need to |want to )?cancel(?: (?:it|the job|my job|that))?(?: please)?|/cancel"),
    (Doing.DECLINE, rf"{_OPENING}(?:이번\s*(?:일|건)?은?\s*)?(?:수락\s*(?:안\s*(?:할게|해|할래)|못\s*(?:해|하겠어|합니다|할\s*{_LIKE}))){_END}"),
    (Doing.GO, rf"{_OPENING}(?:(?:이|그)?\s*일\s*)?(?:(?:꼭|그래도|그대로|예정대로)\s*)?(?:갈게|갑니다|가겠습니다|가겠어|갈래|갈\s*수\s*있(?:어|습니다)|가능해|가능합니다|할게|하겠습니다|할\s*수\s*있(?:어|습니다)){_END}|"
               r"(?:(?:no|sorry|but)[\s,]+)*(?:i'?ll |i ll |i will |i )?(?:can )?(?:go|come|be there|do it|make it)"),
    (Doing.FINISH, rf"(?:(?:청소|일|작업)\s*(?:를|을|가|이|는|은)?\s*)?(?:방금\s*|지금\s*|이제\s*)?(?:(?:다|모두|전부)\s*)?(?:마무리\s*(?:했어|했습니다|됐어|됐습니다|완료)?|"
                   rf"(?:했|끝났|마쳤|끝냈)(?:어|습니다|음)){_END}|"
                   rf"(?:(?:청소|일|작업)\s*(?:가|이|는|은)?\s*)?다\s*됐(?:어|습니다){_END}"),
    (Doing.EN_ROUTE, r"출발\s*완료"),
    (Doing.ARRIVED, rf"{_TO_A_PERSON}(?:도착(?:\s*(?:했어|했습니다|함|했음|완료))?|다\s*왔(?:어|습니다)){_END}|(?:i(?:'?ve| have)? |just )*arrived|(?:i'?m |i am )(?:here|there)"),
    (Doing.SHOW, r"(?:고객님?\s*)?(?:집\s*)?(?:주소|위치|장소|메모|요청\s*사항|상세|자세한?\s*(?:내용|거)?)\s*(?:가|이|는|은|를|을|좀|도|만)?\s*(?:(?:다시|좀|한번)\s*)*(?:알려.*|보여.*|뭐.{0,6}|어디.{0,8}|어떻게\s*(?:돼|되).{0,5}|확인.{0,8})?|"
                 r"어디(?:로|에|죠|예|에)?\s*(?:요|죠|가요|가면\s*.{0,6}|가야\s*.{0,6}|예요|에요|인가요)|몇\s*시(?:까지|부터|에)?\s*(?:예요|에요|인가요|죠|가요|요|가면\s*.{0,6}|시작.{0,6}|끝.{0,6}|이에요)|"
                 r"(?:what(?:'?s| is) )?(?:the |my )?address|(?:show (?:me )?)?the note|where (?:do i|should i|to) go|what time(?: is it)?"),
)  # fmt: skip
_PATTERNS = tuple((doing, re.compile(words)) for doing, words in _WORDS)
_AYES = re.compile(_AYE)
_OF_INTENT = {
    Intent.ACCEPT: Doing.ACCEPT, Intent.DECLINE: Doing.DECLINE, Intent.EN_ROUTE: Doing.EN_ROUTE,
    Intent.START: Doing.START, Intent.FINISH: Doing.FINISH,
}  # fmt: skip
_NO_WORD = re.compile(r"못\s|못가|못갈|can'?t|괜찮|나요$|까요$|던데|은데|는데|않|아니에|아닌")
_PAST = re.compile(r"(?:했|났|쳤|냈|됐|왔)(?:어|습|음|다|네|지)|\b(?:left|started|finished|done|completed|arrived)\b")
_PUT_OFF = re.compile(
    r"(?:내일|낼|모레|나중).{0,4}(?:수락|받을|맡을)(?:\s*할|게)|\b(?:later|tomorrow)\b.*\baccept|accept.*\b(?:later|tomorrow)\b"
)
# 못 가요 죄송합니다, 받을게요 감사합니다
_CLOSING = re.compile(
    r"(?:[\s,.]+(?:정말\s*|너무\s*)?(?:죄송|미안|감사|고맙|고마|수고)[^\s,.]*|\s*ㅇㅇ++|[\s,.]+(?:thanks|thank you|sorry|please))+$"
)
_FILLERS = re.compile(rf"^(?:{words_ko.FILLERS}[\s,.]*)+")
_NOW = re.compile(r"^(?:(?:저는?|저희는?|방금|막|지금|이제|바로|just|i'?ve|i have)\s+)+")
_ABOUT_A_JOB = re.compile(
    r"못\s*(?:가|갈|하|할|해)|취소|수락|거절|출발|시작|완료|가도\s*(?:되|돼)|갈까|벌점|벌금|페널티|패널티|can'?t (?:come|go|make)|accept|withdraw|cancel|\bleav(?:e|ing)\b|\bleft\b"
)
_FIND = re.compile(
    rf"(?:{_AYE})?(?:(?:다른\s*)?(?:업체|사람|분|곳)(?:를|을|로|으로)?\s*(?:좀\s*)?)?(?:찾아\s?(?:주세요|줘요?|주십시오|주시면\s*(?:돼요|됩니다|감사하겠습니다)|봐\s?주세요)|부탁(?:드려요|드립니다|드릴게요|해요|합니다))"
    r"|(?:yes[\s,]*)?(?:please )?(?:find (?:somebody|someone)(?: else)?|do)(?: please)?"
)


def job_word(text: str, now: datetime) -> JobWord | None:
    """What a whole text says about a job, or None."""
    when, rest = when_in(normalise(text), now)
    said = re.sub(r"[\s,.~]+", " ", _CLOSING.sub("", _FILLERS.sub("", rest.strip(" .,~")))).strip()
    plain = _AYES.sub("", said, count=1) if _AYES.match(said) else said
    doing = _doing(plain) or (_doing(said) if plain != said else None)
    if doing is None:
        return None
    waits = is_asked_back(text) and doing is not Doing.SHOW
    waits = waits or (doing in _WAITS and hesitates(text)) or (doing is not Doing.SHOW and is_not_now(text))
    return JobWord(
        doing=doing,
        when=when,
        is_plain=plain == said,
        waits=waits or when.is_later or bool(_PUT_OFF.search(normalise(text)) and not when.names_job),
        is_past=bool(_PAST.search(plain)),
    )


def _doing(said: str) -> Doing | None:
    found = next((doing for doing, words in _PATTERNS if words.fullmatch(said)), None)
    if found or _NO_WORD.search(said):
        return found
    intent = whole_intent(said) or whole_intent(_NOW.sub("", said))
    return _OF_INTENT.get(intent) if intent else None


_ORDERS = re.compile(
    r"수락|거절|출발|시작|완료|종료|마무리|청소\s*(?:다\s*)?(?:끝|마쳤)|못\s*가게|accept|decline|start|finish|done|on my way|omw|leaving"
)


def is_order(text: str, word: JobWord) -> bool:
    """수락, 출발했어요: plainly for the bot, without 네 before it, a day or a question."""
    is_one = word.is_plain and not word.waits and not word.when.said and word.doing is not Doing.TAKE_BACK
    return is_one and _ORDERS.search(normalise(text)) is not None


def is_about_a_job(text: str) -> bool:
    """못 가면 어떻게 돼요, 수락 버튼이 없어요: a question or a remark that names what could be done."""
    return _ABOUT_A_JOB.search(normalise(text)) is not None


def wants_another_found(text: str) -> bool:
    """네 다른 업체 찾아주세요: the yes to whether somebody else shall be found."""
    return not is_asked_back(text) and _FIND.fullmatch(normalise(text).strip(" .,~")) is not None


_ACCEPTING = re.compile("수락|accept")
_SAID_ENDS = r"(?:\s*(?:하겠습니다|할게요?|합니다|했어요|했습니다|해\s?주세요|이?요))*+$"
NOTHING = re.compile("$^")
# 첫번째 거 수락: the word that asked for the list, said again
SAID_WITH = {
    verb: re.compile(rf"\s*(?:{words}){_SAID_ENDS}")
    for verb, words in {
        "accept": "수락|갈게|맡을게|받을게|accept",
        "decline": r"거절|못\s*가|decline", "withdraw": r"못\s*가|취소|cancel",
        "en_route": "출발", "start": "시작", "finish": "완료",
    }.items()
}  # fmt: skip


def is_of_accepting(text: str) -> bool:
    """수락 취소, and not 출발 취소."""
    return bool(_ACCEPTING.search(normalise(text)))
