"""What Telegram's door says in Korean, beside the talk itself."""

BAD_CODE = "쓸 수 없는 코드예요. 이미 썼거나 기한이 지났을 수 있어요. 새 코드를 받아 다시 시도해 주세요."
LINKED = "연결됐어요. 이제 여기서도 이어서 이야기하실 수 있어요."
ONLY_WORDS = "사진, 음성, 스티커는 아직 읽지 못해요. 글로 적거나 버튼을 눌러 주세요."
WHERE_IS_IT = "보내 주신 위치가 어느 동네인지 알 수 없어요. 주소를 글로 적어 주세요."
PHONE = "연락처는 {number}"
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
