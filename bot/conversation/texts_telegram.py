"""Telegram's door in a person's language."""

from bot.conversation import texts_en_telegram, texts_ko_telegram

_BY_LANGUAGE = {"ko": texts_ko_telegram, "en": texts_en_telegram}

BAD_CODE = {language: texts.BAD_CODE for language, texts in _BY_LANGUAGE.items()}
CHAT_OF_STAFF = {language: texts.CHAT_OF_STAFF for language, texts in _BY_LANGUAGE.items()}
LINKED = {language: texts.LINKED for language, texts in _BY_LANGUAGE.items()}
ONLY_WORDS = {language: texts.ONLY_WORDS for language, texts in _BY_LANGUAGE.items()}
NOT_SHARED_HERE = {language: texts.NOT_SHARED_HERE for language, texts in _BY_LANGUAGE.items()}
NOT_THEIR_NUMBER = {language: texts.NOT_THEIR_NUMBER for language, texts in _BY_LANGUAGE.items()}
PLACE = {language: texts.PLACE for language, texts in _BY_LANGUAGE.items()}
PHONE = {language: texts.PHONE for language, texts in _BY_LANGUAGE.items()}
# Takes a keyboard away before a message whose own buttons leave no room for saying so.
PUT_AWAY = "👌"
# By language, then role: name and description of each.
COMMANDS = {language: texts.COMMANDS for language, texts in _BY_LANGUAGE.items()}
