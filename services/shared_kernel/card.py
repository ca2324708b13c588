"""What is said to a person, before any channel draws it."""

from dataclasses import dataclass

SHARE_PLACE = "share:place"
SHARE_PHONE = "share:phone"


@dataclass(frozen=True, kw_only=True)
class Button:
    """One thing to tap: `action` comes back to the conversation, `url` opens a page; exactly one is set.

    An action is `verb` or `verb:argument:…` (see `bot.conversation.actions`), at most 64 bytes,
    because Telegram allows no more (https://core.telegram.org/bots/api#inlinekeyboardbutton).
    """

    label: str
    action: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One labelled value of a card, such as 일시: 11/27(금) 14:00–17:00."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """One bubble. With a title or items it is drawn as a card; with `notice` as an arriving notice (알림톡 style).

    `side_by_side` puts two buttons in one row. Quick replies hang above the input and go away after an answer.
    `shares` are what a phone may send of itself by one tap, where a channel has that (`SHARE_PLACE`, `SHARE_PHONE`).
    """

    text: str = ""
    title: str = ""
    items: tuple[Item, ...] = ()
    buttons: tuple[Button, ...] = ()
    side_by_side: bool = False
    quick_replies: tuple[Button, ...] = ()
    notice: bool = False
    shares: tuple[Button, ...] = ()
