"""What Telegram's door says in English, beside the talk itself."""

from bot.conversation.texts_ko_telegram import TelegramKorean

BAD_CODE = "This code doesn't work. It may have been used or run out. Please ask for a new one."
CHAT_OF_STAFF = (
    "You work in this chat, so I didn't link it to another account. If somebody sent you that link, ignore it."
)
LINKED = "You're linked. We can go on talking here, too."
ONLY_WORDS = "I can't read pictures, voice or stickers yet. Please type it, or tap a button."
NOT_SHARED_HERE = "Places and numbers are only needed to book a cleaning. Please type it, or tap a button."
NOT_THEIR_NUMBER = "I can't take somebody else's number. “Send my number” sends yours."
PHONE = "📱 {number}"
PLACE = "📍 I sent my location"
COMMANDS = {
    "customer": (
        ("book", "Book a cleaning"),
        ("my", "My bookings"),
        ("pay", "Pay"),
        ("cancel", "Cancel a booking"),
        ("settings", "Notification settings"),
        ("language", "Switch language"),
        ("help", "Help"),
    ),
    "cleaner": (
        ("jobs", "Today's jobs"),
        ("settings", "Areas and days"),
        ("language", "Switch language"),
        ("help", "Help"),
    ),
    "operator": (
        ("board", "How things stand"),
        ("broadcast", "Broadcast"),
        ("language", "Switch language"),
        ("help", "Help"),
    ),
}


class TelegramEnglish(TelegramKorean):
    """How the same talk goes on there, for everybody who talks."""

    open_telegram = "Open Telegram"
    link_chat = "Link it"
    keep_chat = "Leave it as it is"

    def telegram_code(self, code: str) -> str:
        return (
            "Open the Ssak3 bot in Telegram and send it the line below, and we can go on there, too. "
            f"The code works once, within 15 minutes.\n\n/start {code}"
        )

    def no_telegram(self) -> str:
        return "We can't talk on Telegram for now. I'm happy to help you here."

    def link_question(self) -> str:
        return (
            "The link or code that you've just opened on Telegram was made by another account. Link Telegram to that account? Then "
            "Telegram will show that account's bookings and notices only, and what you write on Telegram can be read there. Bookings "
            "that you have made on Telegram so far won't be shown any more. Don't, unless you made the link yourself."
        )

    def chat_linked(self) -> str:
        return "Telegram is linked to that account now."

    def chat_kept(self) -> str:
        return "I've left it as it is. What can I do for you?"

    def bad_code(self) -> str:
        return BAD_CODE
