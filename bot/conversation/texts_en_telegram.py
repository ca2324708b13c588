"""What Telegram's door says in English, beside the talk itself."""

BAD_CODE = "This code doesn't work. It may have been used or run out. Please ask for a new one."
LINKED = "You're linked. We can go on talking here, too."
ONLY_WORDS = "I can't read pictures, voice or stickers yet. Please type it, or tap a button."
WHERE_IS_IT = "I can't tell which district this place is in. Please type the address."
PHONE = "My phone number is {number}"
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
