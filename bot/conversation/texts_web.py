"""The page's door in a person's language."""

from bot.conversation import texts_en_web, texts_ko_web

TOO_FAST = {"ko": texts_ko_web.TOO_FAST, "en": texts_en_web.TOO_FAST}
UNREADABLE = {"ko": texts_ko_web.UNREADABLE, "en": texts_en_web.UNREADABLE}
NEEDS_INVITE = {
    language: {"title": texts.INVITE_TITLE, "detail": texts.INVITE_DETAIL}
    for language, texts in (("ko", texts_ko_web), ("en", texts_en_web))
}
NO_SUCH_REPORT = {
    language: {"title": texts.NO_REPORT_TITLE, "detail": texts.NO_REPORT_DETAIL}
    for language, texts in (("ko", texts_ko_web), ("en", texts_en_web))
}
TOO_MANY = {
    language: {"title": texts.TOO_MANY_TITLE, "detail": texts.TOO_MANY_DETAIL}
    for language, texts in (("ko", texts_ko_web), ("en", texts_en_web))
}
