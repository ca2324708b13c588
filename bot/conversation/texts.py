"""The sentences in a person's language."""

from bot.conversation.texts_en import English
from bot.conversation.texts_ko import Korean

_KOREAN = Korean()
_ENGLISH = English()


def texts(language: str) -> Korean:
    """All sentences for a reader of `ko` or `en`."""
    return _ENGLISH if language == "en" else _KOREAN
