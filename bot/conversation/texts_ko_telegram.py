"""What Telegram's door says in Korean, beside the talk itself."""

BAD_CODE = "쓸 수 없는 코드예요. 이미 썼거나 기한이 지났을 수 있어요. 새 코드를 받아 다시 시도해 주세요."
CHAT_OF_STAFF = (
    "이 채팅은 일하는 데 쓰고 계셔서 다른 계정에 연결하지 않았어요. 누가 보낸 링크였다면 열지 않으셔도 돼요."
)
LINKED = "연결됐어요. 이제 여기서도 이어서 이야기하실 수 있어요."
ONLY_WORDS = "사진, 음성, 스티커는 아직 읽지 못해요. 글로 적거나 버튼을 눌러 주세요."
NOT_SHARED_HERE = "위치와 번호는 청소를 예약할 때만 써요. 글로 적거나 버튼을 눌러 주세요."
NOT_THEIR_NUMBER = "다른 분의 번호는 받지 않아요. ‘번호 보내기’를 누르면 본인 번호가 와요."
PHONE = "📱 {number}"
PLACE = "📍 위치를 보냈어요"
COMMANDS = {
    "customer": (
        ("book", "청소 예약하기"),
        ("my", "내 예약 보기"),
        ("pay", "결제하기"),
        ("cancel", "예약 취소하기"),
        ("settings", "알림 설정"),
        ("language", "언어 바꾸기"),
        ("help", "도움말"),
    ),
    "cleaner": (
        ("jobs", "오늘 작업 보기"),
        ("settings", "지역과 요일 설정"),
        ("language", "언어 바꾸기"),
        ("help", "도움말"),
    ),
    "operator": (
        ("board", "현황 보기"),
        ("broadcast", "단체 발송"),
        ("language", "언어 바꾸기"),
        ("help", "도움말"),
    ),
}


class TelegramKorean:
    """How the same talk goes on there, for everybody who talks."""

    open_telegram = "텔레그램 열기"
    link_chat = "연결하기"
    keep_chat = "그대로 두기"

    def telegram_code(self, code: str) -> str:
        return (
            "텔레그램에서 싹3 봇을 열고 아래 한 줄을 그대로 보내 주세요. 하던 이야기를 거기서도 이어갈 수 있어요. "
            f"코드는 15분 안에 한 번만 쓸 수 있어요.\n\n/start {code}"
        )

    def no_telegram(self) -> str:
        return "지금은 텔레그램으로는 이야기할 수 없어요. 여기서 도와드릴게요."

    def link_question(self) -> str:
        return (
            "방금 텔레그램에서 연 링크나 코드는 다른 계정에서 만든 거예요. 텔레그램을 그 계정에 연결할까요? 연결하면 텔레그램에는 그 계정의 "
            "예약과 알림만 보이고, 텔레그램에서 쓰시는 글은 그 계정에서도 보여요. 지금까지 텔레그램에서 하신 예약이 있다면 더 보이지 않아요. "
            "직접 만든 링크가 아니라면 연결하지 마세요."
        )

    def chat_linked(self) -> str:
        return "텔레그램을 그 계정에 연결했어요."

    def chat_kept(self) -> str:
        return "그대로 두었어요. 무엇을 도와드릴까요?"

    def bad_code(self) -> str:
        return BAD_CODE
