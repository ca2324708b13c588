"""What the payment context itself says to people: on the checkout pages and in reasons short enough for brackets."""

from services.shared_kernel.wording import Language, won

NO_CARD_KO, NO_CARD_EN = "등록된 카드가 없음", "no card is registered"
TEST_CARD_LABEL = "연습 카드"

TITLE = "싹3 결제"
PAY_BUTTON = "카드로 {amount} 결제하기"
ASK = ("{amount}을 결제할게요", "{name}. 결제하면 예약이 확정돼요.")
PAID = ("{amount} 결제했어요", "예약이 확정되면 대화로 알려드려요. 이 창은 닫아도 돼요.")
PAID_BEFORE = ("이미 결제하셨어요", "두 번 결제되지 않으니 안심하세요. 이 창은 닫아도 돼요.")
DECLINED = (
    "결제되지 않았어요",
    "카드사에서 승인하지 않았어요({reason}). 돈은 나가지 않았어요. 다시 결제하실 수 있어요.",
)
STOPPED = ("결제하지 않았어요", "돈은 나가지 않았어요. 마음이 바뀌면 다시 결제하실 수 있어요.")
CHECKING = (
    "결제됐는지 확인하고 있어요",
    "다시 결제하지 않으셔도 돼요. 확인되면 대화로 바로 알려드릴게요.",
)
BUSY = ("지금 결제가 몰려 있어요", "돈은 나가지 않았어요. 조금 뒤에 다시 결제해 주세요.")
EXPIRED = ("결제 기한이 지났어요", "돈은 나가지 않았어요. 대화로 돌아가서 다시 예약해 주세요.")
CLOSED = ("이 예약은 결제할 수 없어요", "돈은 나가지 않았어요. 대화로 돌아가서 예약을 확인해 주세요.")
DIFFERENT = ("주문이 맞지 않아서 멈췄어요", "돈은 나가지 않았어요. 대화로 돌아가서 다시 결제해 주세요.")
BAD_LINK = ("이 주소로는 결제할 수 없어요", "기한이 지났거나 주소가 잘렸어요. 대화로 돌아가서 다시 결제해 주세요.")
ASK_CARD_COMPANY = "카드사 확인 필요"


def fill(sentence: str, *, amount_krw: int = 0, name: str = "", reason: str = "") -> str:
    """The sentence with its figures."""
    return sentence.format(amount=won(amount_krw, "ko"), name=name, reason=reason)


def method_name(method: str, language: Language) -> str:
    """A way of paying; empty when it isn't known."""
    if method not in ("card", "checkout"):
        return ""
    return "card" if language == "en" else "카드"
