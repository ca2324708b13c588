"""What somebody reads whose role was taken back: then, and whatever they say later."""

from services.shared_kernel.card import Card

_FAREWELL = {
    "ko": (
        "이제 여기서는 업체나 운영자로 일하실 수 없어요. 다시 필요하시면 운영자에게 새 초대를 부탁해 주세요. "
        "청소 예약은 고객으로 언제든 하실 수 있어요."
    ),
    "en": (
        "You can’t work here as a cleaner or an operator any more. If you should, please ask an operator for a new "
        "invite. As a customer you can book a cleaning at any time."
    ),
}


def farewell(language: str) -> Card:
    """Without buttons: there is nothing that they could do here."""
    return Card(text=_FAREWELL[language])
