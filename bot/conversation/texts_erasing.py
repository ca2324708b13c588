"""What operators and customers read when somebody is erased, in their language."""

from bot.conversation.texts_en_erasing import ErasingEnglish
from bot.conversation.texts_ko_erasing import ErasingKorean

_KOREAN, _ENGLISH = ErasingKorean(), ErasingEnglish()


def sentences_in(language: str) -> ErasingKorean:
    """All sentences for a reader of `ko` or `en`."""
    return _ENGLISH if language == "en" else _KOREAN
