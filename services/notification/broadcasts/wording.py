"""What operators write, checked and drawn; around advertising what the law wants (정보통신망법 §50 ④, its 시행령 §61)."""

import re
from collections.abc import Mapping
from typing import Any

from services.notification.broadcasts.refusals import LooksLikeAdvertising, NoSender, WrongWording
from services.notification.broadcasts.values import Kind, Segment, Wording
from services.notification.template_check import LABEL_LONGEST
from services.notification.template_file import SHOWN, CannotRender, filled_text, shown_names
from services.notification.values import Agency
from services.notification.wording import VARIABLES, WrongValue, advertising_words, longest_values
from services.shared_kernel.card import Button, Card
from services.shared_kernel.plain_text import as_read, is_blank
from services.shared_kernel.wording import Language

LONGEST = 1000  # characters, as written
LONGEST_ADDRESS = 500
LONGEST_SHOWN = 60  # of what is wrong, when it is said back
TOLD_TO_ALL = frozenset({"customer_name"})
TOLD_OF_A_VISIT = frozenset({"visit_at", "service", "area", "reservation_code"})
ACTIONS = frozenset({"book", "my", "help", "human", "jobs"})  # what a button may begin in the chat

# With a name that has a dot, and nothing before an @, which looks like the name and isn't.
_PAGE = re.compile(r"https://[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:[/?#][^\s\"<>\\^`{}|]*)?")
# The law wants exactly this, in whatever language follows.
_AD = "(광고)"
_OPT_OUT: Mapping[Language, str] = {
    "ko": "무료 수신거부: 채팅에 ‘수신거부’",
    "en": "Free opt-out: type ‘unsubscribe’ here",
}
_OPT_OUT_LABEL: Mapping[Language, str] = {"ko": "수신거부", "en": "Unsubscribe"}
_SAMPLE_NAME: Mapping[Language, str] = {"ko": "김OO", "en": "Kim OO"}
_SAMPLE_CLEANER: Mapping[Language, str] = {"ko": "OO클린", "en": "OO Clean"}


def check(kind: Kind, segment: Segment, wording: Wording, agency: Agency | None) -> None:
    """Refusals: WrongWording, LooksLikeAdvertising, NoSender."""
    if is_blank(wording.text_ko) or (wording.text_en.strip() and is_blank(wording.text_en)):
        raise WrongWording("empty")  # a channel refuses what shows nothing, once for each recipient
    allowed = TOLD_TO_ALL | (TOLD_OF_A_VISIT if segment.visit_on is not None else frozenset())
    for language, text in _texts(wording):
        if len(text) > LONGEST:
            raise WrongWording("too_long", str(len(text)))
        _check_variables(text, language, allowed)
    _check_button(wording)
    if kind is Kind.AD:
        if agency is None:
            raise NoSender
    elif words := _advertising(wording):
        raise LooksLikeAdvertising(words)


def _texts(wording: Wording) -> list[tuple[Language, str]]:
    return [("ko", wording.text_ko), *([("en", wording.text_en)] if wording.text_en.strip() else [])]  # type: ignore[list-item]


def _check_variables(text: str, language: Language, allowed: frozenset[str]) -> None:
    names = shown_names(language)
    for name in SHOWN.findall(text):
        if name not in names or names[name].id not in TOLD_TO_ALL | TOLD_OF_A_VISIT:
            raise WrongWording("unknown_variable", name)
        if names[name].id not in allowed:
            raise WrongWording("variable_not_here", name)


def _check_button(wording: Wording) -> None:
    does = [one for one in (wording.button_action, wording.button_url) if one]
    labels = [one for one in (wording.button_ko, wording.button_en) if one]
    if not does and not labels:
        return
    if len(does) != 1 or not wording.button_ko or any(is_blank(one) for one in labels):
        raise WrongWording("button", "label and action")
    if too_long := [one for one in labels if len(one) > LABEL_LONGEST]:
        raise WrongWording("button", too_long[0])
    if wording.button_action and wording.button_action not in ACTIONS:
        raise WrongWording("button", wording.button_action)
    if wording.button_url and not _is_page(wording.button_url):
        raise WrongWording("button", wording.button_url[:LONGEST_SHOWN])


def _is_page(address: str) -> bool:
    """An address that every channel takes: Telegram refuses another, and with it each of the messages."""
    return len(address) <= LONGEST_ADDRESS and address.isprintable() and _PAGE.fullmatch(address) is not None


def _advertising(wording: Wording) -> tuple[str, ...]:
    """Also of words that are written so that nobody finds them: with invisible, wide or marked letters."""
    written = " ".join((wording.text_ko, wording.text_en, wording.button_ko, wording.button_en))
    return tuple(dict.fromkeys(advertising_words(as_read(written))))


def variables_of(wording: Wording) -> frozenset[str]:
    """The ids of all values that it needs."""
    return frozenset(
        shown_names(language)[name].id for language, text in _texts(wording) for name in SHOWN.findall(text)
    )


def language_of(wording: Wording, reads: str) -> Language:
    """English for who reads it, if it was written."""
    return "en" if reads == "en" and wording.text_en.strip() else "ko"


def drawn(kind: Kind, wording: Wording, language: Language, values: Mapping[str, Any], agency: Agency | None) -> Card:
    """The card that somebody gets. CannotRender when a value is missing or wrong, or an AD has no sender."""
    text = wording.text_en if language == "en" else wording.text_ko
    try:
        body = filled_text(text.strip(), language, values)
    except (KeyError, WrongValue) as error:
        raise CannotRender(f"broadcast ({language}): {error}") from error
    buttons = _button(wording, language)
    if kind is Kind.INFO:
        return Card(text=body, buttons=buttons, notice=True)
    if agency is None:
        raise CannotRender(f"broadcast ({language}): no sender")
    head = f"{_AD} {agency.name} {agency.contact}"
    opt_out = Button(label=_OPT_OUT_LABEL[language], action="opt_out")
    return Card(text=f"{head}\n{body}\n{_OPT_OUT[language]}", buttons=(*buttons, opt_out), notice=True)


def _button(wording: Wording, language: Language) -> tuple[Button, ...]:
    if not wording.button_ko:
        return ()
    label = (wording.button_en if language == "en" else "") or wording.button_ko
    return (Button(label=label, action=wording.button_action, url=wording.button_url),)


def sample_values(language: Language, role: str) -> Mapping[str, Any]:
    """Values for a preview: nobody's own, but such as somebody of this role has."""
    samples = _SAMPLE_CLEANER if role == "cleaner" else _SAMPLE_NAME
    names = {name: value for name, value in longest_values().items() if name in TOLD_OF_A_VISIT}
    blank = {name: VARIABLES[name].blank(language) for name in ("service", "area")}
    return names | blank | {"customer_name": samples[language], "reservation_code": "R7K2"}
