"""What the page's door says in Korean, before there is a talk."""

TOO_FAST = "조금만 천천히 보내 주세요."
UNREADABLE = "보내신 내용을 읽지 못했어요. 다시 보내 주세요."
INVITE_TITLE = "초대가 필요해요"
INVITE_DETAIL = "운영자에게 받은 초대 코드를 넣어 주세요. 코드는 한 번만, 일주일 안에 쓸 수 있어요."
TOO_MANY_TITLE = "잠시 뒤에 다시 해 주세요"
TOO_MANY_DETAIL = "같은 곳에서 시도가 너무 많았어요. 잠시 뒤에 다시 시도해 주세요."
