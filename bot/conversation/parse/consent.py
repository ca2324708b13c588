"""What words may do that only a button did before: pay, cancel, move, consent. Whole texts only: a sentence that names
paying, cancelling or moving may as well refuse it, ask about it, or tell what somebody else said."""

import re

from bot.conversation.parse import words_en, words_ko
from bot.conversation.parse.normalise import normalise
from bot.conversation.parse.staff import won_in

_ASKED_BACK = re.compile("[?？❓❔⁉]")
# Typed as a sigh: 네..., 음… 어, 네ㅡㅡ
_HESITATES = re.compile(r"\.{2,}|…|ㅡ{2,}")
_NO_YES = re.compile(f"{words_ko.NO_YES}|{words_en.NO_YES}")
_YES_HERE = re.compile(f"(?:{words_ko.YES_HERE})|(?:{words_en.YES_HERE})")
_THANKS_HERE = re.compile(words_ko.THANKS_HERE)
_PAYS = re.compile(f"(?:{words_ko.PAYS})|(?:{words_en.PAYS})|/pay(?:@\\w+)?")
_LATER = re.compile(f"{words_ko.LATER}|{words_en.LATER}")
_PAYING = re.compile(f"{words_ko.PAYING}|{words_en.PAYING}")
_CANCELS = re.compile(f"(?:{words_ko.CANCELS})|(?:{words_en.CANCELS})")
_MOVES = re.compile(f"(?:{words_ko.MOVES})|(?:{words_en.MOVES})")
_ANOTHER = re.compile(f"{words_ko.ANOTHER}|{words_en.ANOTHER}")
_THIS_ONE = re.compile(f"{words_ko.THIS_ONE}|{words_en.THIS_ONE}")
_REFUSED = re.compile(f"{words_ko.REFUSED}|{words_en.REFUSED}")
_WANTS_TO_CANCEL = re.compile(f"{words_ko.WANTS_TO_CANCEL}|{words_en.WANTS_TO_CANCEL}|^/cancel")
_LEAVES_IT = re.compile(f"(?:{words_ko.LEAVES_IT})|(?:{words_en.LEAVES_IT})")
_TELLS = re.compile(words_ko.TELLS)
_NOT_NOW = re.compile(f"{words_ko.NOT_NOW}|{words_en.NOT_NOW}")
_SUM = re.compile(r"\d[\d,]*(?:\.\d)?\s*만?\s*(?:\d\s*천)?")


def is_asked_back(text: str) -> bool:
    """네?, 아니요❓: neither a yes nor a no."""
    return bool(_ASKED_BACK.search(text))


def hesitates(text: str) -> bool:
    """네..., 음…: said as a sigh."""
    return bool(_HESITATES.search(text))


def agrees(text: str) -> bool:
    """Whether what reads as a yes may do something that isn't undone: neither 네? nor 알겠어요 may."""
    return not (is_asked_back(text) or hesitates(text) or _NO_YES.search(normalise(text)))


def is_yes_here(text: str) -> bool:
    """Whether it is a yes where one was asked for, and means nothing elsewhere: 네 그걸로 해주세요, yes go ahead."""
    return agrees(text) and bool(_YES_HERE.fullmatch(normalise(text)))


def only_thanks(text: str) -> bool:
    """네 감사합니다, where a yes was asked for: heard, and no yes."""
    return bool(_THANKS_HERE.fullmatch(normalise(text)))


def says_to_pay(text: str) -> bool:
    """결제할게요, and nothing besides."""
    return not is_asked_back(text) and bool(_PAYS.fullmatch(normalise(text)))


def says_later(text: str) -> bool:
    """내일 다시 할게요, 생각해 볼게요: no day of a visit, and no answer yet."""
    return bool(_LATER.search(normalise(text)))


def besides_paying(text: str) -> str:
    """4시로 바꾸고 결제할게요: what it says besides; empty where that is nothing, or it is no consent to pay."""
    line = normalise(text)
    return "" if is_asked_back(text) else _PAYING.sub(" ", line).strip() if _PAYING.search(line) else ""


def says_to_cancel(text: str) -> bool:
    """네 취소해 주세요, to what cancelling gives."""
    return not is_asked_back(text) and bool(_CANCELS.fullmatch(normalise(text)))


def says_to_move(text: str) -> bool:
    """네 옮겨 주세요, to the time that was proposed."""
    return not is_asked_back(text) and bool(_MOVES.fullmatch(normalise(text)))


def new_or_old(text: str) -> str | None:
    """Where it was asked whether a visit is to be moved, or another one booked: `new`, `old`, or neither plainly."""
    if is_asked_back(text):
        return None
    meant = _REFUSED.split(normalise(text))[-1] or normalise(text)
    new, old = bool(_ANOTHER.search(meant)), bool(_THIS_ONE.search(meant))
    return None if new is old else "new" if new else "old"


def wants_to_cancel(text: str) -> bool:
    """Whether it asks for a cancellation, rather than about one: not 취소 가능해요?, 업체가 취소했대요."""
    return not is_asked_back(text) and bool(_WANTS_TO_CANCEL.search(normalise(text)))


def leaves_it(text: str) -> bool:
    """괜찮아요, 그냥 두세요: a no, where one was asked for."""
    return bool(_LEAVES_IT.fullmatch(normalise(text)))


def tells_what_was(text: str) -> bool:
    """업체가 한 시간 늦게 왔어요, 친구가 미루래요: a report, not a wish."""
    return bool(_TELLS.search(normalise(text)))


def is_not_now(text: str) -> bool:
    """이따가 출발할게요, 취소되면 어떻게 돼요: nothing that is to happen at once."""
    return bool(_NOT_NOW.search(normalise(text)))


def sums_in(text: str) -> list[int]:
    """Every amount in a text that says to pay, in won: 8만원, 80,000, 8만 5천."""
    found = (won_in(match[0]) for match in _SUM.finditer(normalise(text)))
    return [amount for amount in found if amount is not None]
