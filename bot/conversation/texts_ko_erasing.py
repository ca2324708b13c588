"""What operators and customers read in Korean when somebody is erased."""

from collections.abc import Collection, Sequence

from bot.conversation.korean import card_moment
from bot.erasure import OpenAffair

_KINDS = {
    "unpaid": "결제를 기다리는 예약",
    "upcoming": "남아 있는 예약",
    "not_begun": "시작되지 않은 지난 예약",
    "under_way": "진행 중인 청소",
    "paying": "확인 중인 결제",
    "refunding": "돌려드리는 중인 돈",
    "compensation": "아직 보내지 않은 보상금",
    "talk": "끝나지 않은 상담",
}


class ErasingKorean:
    """One member for each sentence and each label."""

    erase = "개인정보 삭제"
    erase_me = "내 정보 삭제"
    confirm = "삭제 확정"
    leave = "그대로 두기"
    ask_whom = "누구의 개인정보를 삭제할까요? 예약번호를 적어 주세요."

    def sure(self, visits: int) -> str:
        """An operator is asked."""
        return (
            "이 고객의 주소·전화번호·메모, 대화와 상담 내용, 등록한 카드, 텔레그램 연결을 지워요. 되돌릴 수 없어요. "
            f"{self._stays(visits)} 삭제할까요?"
        )

    def sure_of_you(self, visits: int) -> str:
        """The customer is asked."""
        return (
            "주소·전화번호·메모, 여기서 나눈 대화, 등록한 카드, 텔레그램 연결을 모두 지워요. 되돌릴 수 없고, 지운 뒤에는 "
            f"답을 드릴 수 없어요. 다시 말을 거시면 처음 오신 분으로 맞이할게요. {self._stays(visits)} 삭제할까요?"
        )

    def _stays(self, visits: int) -> str:
        if not visits:
            return "남는 기록은 없어요."
        return f"예약과 결제 기록 {visits}건은 법에 따라 5년 동안 보관하지만, 누구인지는 남지 않아요."

    def still_open(self, affairs: Sequence[OpenAffair]) -> str:
        """An operator reads what has to end first."""
        return self._still_open(affairs, self.what_to_do({one.kind for one in affairs}))

    def still_open_of_you(self, affairs: Sequence[OpenAffair]) -> str:
        """The customer reads it."""
        return self._still_open(affairs, self.what_you_can_do({one.kind for one in affairs}))

    def _still_open(self, affairs: Sequence[OpenAffair], what_to_do: str) -> str:
        lines = "\n".join(f"· {_KINDS[one.kind]}: {card_moment(one.at)}" for one in affairs)
        return f"아직 끝나지 않은 일이 있어서 지금은 삭제할 수 없어요.\n{lines}\n{what_to_do}"

    def what_to_do(self, kinds: Collection[str]) -> str:
        """An operator, to be able to erase."""
        says = []
        if not {"unpaid", "upcoming"}.isdisjoint(kinds):
            says.append("예약을 먼저 취소해 주세요.")
        if "not_begun" in kinds:
            says.append(
                "지난 예약은 다녀오지 않았으면 취소하고, 다녀왔으면 업체에 청소 시작과 완료를 눌러 달라고 해 주세요."
            )
        if "talk" in kinds:
            says.append("상담은 보관할 내용을 옮겨 둔 뒤 끝내 주세요.")
        return " ".join(says) or "끝난 뒤에 다시 삭제해 주세요."

    def what_you_can_do(self, kinds: Collection[str]) -> str:
        """The customer, to be able to erase."""
        says = []
        if not {"unpaid", "upcoming"}.isdisjoint(kinds):
            says.append("예약을 먼저 취소하고 다시 말씀해 주세요.")
        if "not_begun" in kinds:
            says.append("상담원에게 말씀해 주시면 정리해 드릴게요.")
        if "talk" in kinds:
            says.append("상담은 끝내도 된다고 상담원에게 말씀해 주시면 마무리해 드릴게요.")
        return " ".join(says) or "끝난 뒤에 다시 말씀해 주세요."

    def still_staff(self) -> str:
        return "업체나 운영자예요. 담당자에서 권한을 먼저 회수해 주세요."

    def erased(self) -> str:
        return "개인정보를 삭제했어요."

    def erased_before(self) -> str:
        return "이미 삭제한 고객이에요."

    def erased_you(self) -> str:
        return "개인정보를 모두 지웠어요."

    def left(self) -> str:
        return "그대로 두었어요."
