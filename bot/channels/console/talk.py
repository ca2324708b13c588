"""The terminal's side of a talk: what is typed becomes frames, what is said is drawn. No network here."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.console.draw import Choice, Screen, numbered
from services.shared_kernel.ids import Ids

Frame = Mapping[str, Any]
LATEST = 12
# What the socket takes; the conversation reads no more of a text anyway.
LONGEST_TEXT = 4000
LONGEST_LABEL = 200


class Talk:
    """`seen` is the last row that was drawn; `unacked` is what the server may not have yet, oldest first."""

    def __init__(self, screen: Screen, ids: Ids) -> None:
        self._screen = screen
        self._ids = ids
        self._unacked: dict[str, Frame] = {}
        self._mine: set[str] = set()
        self._choices: dict[int, Choice] = {}
        self._answering = False
        self._history: list[Frame] = []
        self._history_until = 0
        self._greeted = False
        self._waiting = True
        self.seen = 0

    @property
    def unacked(self) -> Sequence[Frame]:
        """To be sent again after a break, each under the id that it had."""
        return tuple(self._unacked.values())

    @property
    def is_answered(self) -> bool:
        """Nothing said waits for its acknowledgement or for the bot's answer."""
        return not self._unacked and not self._waiting and not self._history_until

    def typed(self, line: str) -> Frame | None:
        """A number taps the button under it, any other text is said; None for an empty line."""
        self._screen.typed()
        text = line.strip()[:LONGEST_TEXT]
        if not text:
            return None
        choice = self._choices.get(int(text)) if text.isdecimal() and len(text) <= 4 else None
        frame: dict[str, Any] = {"type": "say", "client_id": self._ids.new(), "text": text}
        if choice is not None:
            del frame["text"]
            frame |= {"type": "tap", "action": choice.action, "label": choice.label[:LONGEST_LABEL]}
            self._screen.own(choice.label)
        self._mine.add(frame["client_id"])
        self._unacked[frame["client_id"]] = frame
        self._answering, self._waiting = True, True
        return frame

    def received(self, frame: Frame) -> None:
        """A frame of the server's; kinds that this terminal doesn't know are passed over."""
        match frame.get("type"):
            case "hello":
                self._hello(frame)
            case "message":
                self._message(frame)
            case "ack":
                self._unacked.pop(str(frame["client_id"]), None)
            case "error":
                self._unacked.pop(str(frame.get("client_id")), None)
                self._screen.note(frame["text"])
                self._waiting = False

    def _hello(self, frame: Frame) -> None:
        self._screen.language = frame["person"].get("language", "ko")
        if self._greeted:
            return
        self._greeted = True
        self._screen.remark("welcome")
        self._history_until = frame["last_seq"]
        # A newcomer is greeted by the bot first; whoever has been here before may speak at once.
        self._waiting = self._history_until == 0

    def _message(self, frame: Frame) -> None:
        if frame["seq"] <= self.seen:
            return
        self.seen = frame["seq"]
        if not self._history_until:
            if frame.get("place") and frame.get("open"):
                self._screen.change(frame["card"]["text"])
            else:
                self._draw(frame)
            return
        self._history.append(frame)
        if frame["seq"] >= self._history_until:
            self._draw_history()

    def _draw_history(self) -> None:
        folded = len(self._history) - LATEST
        if folded > 0:
            self._screen.remark("earlier", count=folded)
        for frame in self._history[-LATEST:]:
            self._draw(frame)
        self._history_until = 0
        self._history.clear()

    def _draw(self, frame: Frame) -> None:
        card = frame["card"]
        if frame["from"] == "me":
            if frame.get("client_id") not in self._mine:
                self._screen.own(card["text"])
                self._answering = True
            return
        if self._answering:  # a new answer: its buttons count from 1, and the old ones are gone
            self._choices.clear()
            self._answering = False
        choices = numbered(card, first=len(self._choices) + 1)
        self._choices |= {choice.number: choice for choice in choices}
        self._screen.card(card, choices)
        self._waiting = self._waiting and bool(self._unacked)
