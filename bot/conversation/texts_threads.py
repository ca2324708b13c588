"""What a person reads when an operator answers, or ends the talk."""

from services.shared_kernel.card import Button, Card

_OPERATOR = {"ko": "상담원", "en": "Operator"}
_CLOSED = {
    "ko": "상담을 마쳤어요. 더 궁금한 게 있으면 언제든 다시 불러 주세요.",
    "en": "We've ended this conversation. Call us again any time you need to.",
}
_AGAIN = {"ko": "상담원 연결", "en": "Talk to a person"}


def answer_card(text: str, language: str) -> Card:
    """An operator's words."""
    return Card(title=_OPERATOR[language], text=text)


def closed_card(language: str) -> Card:
    """The end of a talk."""
    return Card(text=_CLOSED[language], quick_replies=(Button(label=_AGAIN[language], action="human"),))
