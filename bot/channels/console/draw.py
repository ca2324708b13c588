"""Draws what is said in a terminal: cards with small tables, notices with a yellow bar, numbered buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.control import Control
from rich.padding import Padding
from rich.panel import Panel
from rich.segment import ControlType
from rich.table import Table
from rich.text import Text

from bot.channels.console.texts import Texts
from services.shared_kernel.plain_text import unsteered

WIDEST = 64
PROMPT = "› "


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A button under its number."""

    number: int
    label: str
    action: str


def plain(text: Any) -> str:
    """Without control characters: what other people wrote must not steer this terminal."""
    return unsteered(str(text)).replace("\t", "")


def numbered(card: Mapping[str, Any], first: int) -> Sequence[Choice]:
    """The card's buttons and quick replies that can be tapped, from number `first` on. Links have no number."""
    tappable = [button for button in (*card["buttons"], *card["quick_replies"]) if button["action"]]
    return [
        Choice(number=first + index, label=plain(button["label"]), action=button["action"])
        for index, button in enumerate(tappable)
    ]


def drawn(card: Mapping[str, Any], choices: Sequence[Choice], texts: Texts, base_url: str) -> RenderableType:
    """A bubble of the bot's."""
    parts: list[RenderableType] = []
    if card["text"]:
        parts.append(Text(plain(card["text"])))
    if card["items"]:
        parts.append(_items(card["items"]))
    parts.extend(_links(card["buttons"], base_url))
    count = sum(1 for button in card["buttons"] if button["action"])
    if choices[:count]:
        parts.append(_row(choices[:count], "bold", "   " if card["side_by_side"] else "\n"))
    replies = [_row(choices[count:], "cyan", "   ")] if choices[count:] else []
    title = plain(card["title"])
    if card["notice"]:
        bar = Text(texts["notice"], style="black on yellow")
        headed = [Text(title, style="bold"), *parts] if title else parts
        bubble: RenderableType = _panel(headed, bar, "yellow")
    elif title or card["items"] or card["buttons"]:
        bubble = _panel(parts, Text(title, style="bold") if title else None, "bright_black")
    else:
        bubble = Group(Text(texts["bot"], style="bold yellow"), *(Padding(part, (0, 0, 0, 2)) for part in parts))
    return Group(bubble, *replies)


def _panel(parts: Sequence[RenderableType], title: Text | None, style: str) -> Panel:
    return Panel(Group(*parts), title=title, title_align="left", border_style=style, box=ROUNDED, padding=(0, 1))


def _items(items: Sequence[Mapping[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bright_black", no_wrap=True)
    table.add_column()
    for item in items:
        table.add_row(Text(plain(item["name"])), Text(plain(item["value"])))
    return table


def _links(buttons: Sequence[Mapping[str, str]], base_url: str) -> Sequence[Text]:
    return [
        Text(f"{plain(button['label'])}: {plain(urljoin(base_url, button['url']))}", style="underline", overflow="fold")
        for button in buttons
        if button["url"]
    ]


def _row(choices: Sequence[Choice], style: str, between: str) -> Text:
    return Text(between.join(f"[{choice.number}] {choice.label}" for choice in choices), style=style)


class Screen:
    """Where it is drawn. With `interactive`, a prompt stays below what is said."""

    def __init__(self, console: Console, texts: Mapping[str, Texts], base_url: str, *, interactive: bool) -> None:
        self._console = console
        self._texts = texts
        self._base_url = base_url
        self._interactive = interactive
        self._prompting = False
        self._changing = False
        self.language = "ko"

    def card(self, card: Mapping[str, Any], choices: Sequence[Choice]) -> None:
        """Something the bot says."""
        self._print(drawn(card, choices, self._texts[self.language], self._base_url))

    def own(self, text: str) -> None:
        """Something that this person said elsewhere, or a button that was tapped."""
        self._print(Text(f"{self._texts[self.language]['me']}: {plain(text)}", style="green"))

    def remark(self, name: str, **values: object) -> None:
        """Something that the terminal itself says."""
        self.note(self._texts[self.language][name].format(**values))

    def change(self, text: str) -> None:
        """What something that was said has become meanwhile: one line, over the last such line. Of no use in a pipe."""
        if not self._interactive:
            return
        line = Text(plain(text).replace("\n", " "), style="bright_black", no_wrap=True, overflow="ellipsis")
        over = self._changing
        self._make_way()
        if over:
            self._console.control(Control((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)))
        self._console.print(line, width=min(self._console.width, WIDEST))
        self._changing = True

    def note(self, text: str) -> None:
        """The same, in words from the server."""
        self._print(Text(plain(text), style="bright_black"))

    def prompt(self) -> None:
        """Wait for the person to type."""
        if self._interactive and not self._prompting:
            self._console.print(Text(PROMPT, style="green"), end="")
            self._prompting = True

    def typed(self) -> None:
        """They have: the cursor is on a new line."""
        self._prompting = self._changing = False

    def _make_way(self) -> None:
        if self._prompting:
            self._console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
            self._prompting = False

    def _print(self, what: RenderableType) -> None:
        self._make_way()
        self._changing = False
        self._console.print(what, width=min(self._console.width, WIDEST))
