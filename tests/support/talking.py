"""Runs a staff conversation against a scripted world, and checks of every answer what channels can show."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.conversation.actions import LONGEST_BYTES, parse
from bot.conversation.draft import Draft, dump, load
from bot.conversation.effects import TemporaryTrouble
from bot.conversation.turn import Context, Conversation, Effect, Person, Said, Turn
from services.reservation.catalogue import parse_catalogue
from services.shared_kernel.card import Button, Card
from services.shared_kernel.refusal import Refusal
from tests.support.time import FakeClock, FakeIds

ROOT = Path(__file__).parents[2]
CATALOGUE = parse_catalogue((ROOT / "services/reservation/catalogue.toml").read_text())

Reply = Callable[[Draft, Said, Context], Conversation]
World = Callable[[Effect[Any]], Any]


class Talking:
    """One person's chat: `say` types, `tap` taps a label that is shown (or any action)."""

    def __init__(self, reply: Reply, world: World, clock: FakeClock, person: Person) -> None:
        self._reply = reply
        self._world = world
        self._clock = clock
        self._ids = FakeIds(clock)
        self.person = person
        self.draft = Draft()
        self.says: tuple[Card, ...] = ()
        self.live = ""
        self.effects: list[Effect[Any]] = []

    def say(self, text: str) -> str:
        return self._send(Said(text=text))

    def do(self, action: str, label: str = "") -> str:
        return self._send(Said(text=label or action, action=action))

    def tap(self, label: str) -> str:
        return self.do(self.button(label).action, label)

    def button(self, label: str) -> Button:
        found = [each for each in self.buttons() if each.label == label]
        assert found, f"no [{label}] among {self.labels()}"
        return found[-1]

    def buttons(self) -> list[Button]:
        return [each for card in self.says for each in (*card.buttons, *card.quick_replies)]

    def labels(self) -> list[str]:
        return [each.label for each in self.buttons()]

    @property
    def text(self) -> str:
        """All that is read, line by line, without the buttons."""
        return "\n".join(
            part
            for card in self.says
            for part in (card.title, card.text, *(f"{item.name}: {item.value}" for item in card.items))
            if part
        )

    def _send(self, said: Said) -> str:
        now: datetime = self._clock.now()
        context = Context(person=self.person, now=now, catalogue=CATALOGUE, fresh_id=self._ids.new())
        self.effects = []
        turn = self._run(self._reply(self.draft, said, context))
        self.draft, self.says, self.live = load(dump(turn.draft)), turn.says, turn.live
        assert self.draft == turn.draft
        check(turn)
        return self.text

    def _run(self, conversation: Conversation) -> Turn:
        result: Any = None
        trouble: Exception | None = None
        try:
            while True:
                effect = conversation.throw(trouble) if trouble else conversation.send(result)
                result, trouble = None, None
                self.effects.append(effect)
                try:
                    result = self._world(effect)
                except (Refusal, TroubleNow) as error:
                    trouble = error.as_trouble() if isinstance(error, TroubleNow) else error
        except StopIteration as stop:
            turn: Turn = stop.value
            return turn

    def speak(self, language: str) -> None:
        self.person = replace(self.person, language=language)


class TroubleNow(Exception):
    """A scripted world says that something doesn't answer."""

    def as_trouble(self) -> Exception:
        return TemporaryTrouble()


def handler_name(effect: Effect[Any]) -> str:
    """AcceptOffer → _accept_offer."""
    return re.sub(r"(?=[A-Z])", "_", type(effect).__name__).lower()


def check(turn: Turn) -> None:
    """What every channel can show: something is said, and buttons keep their limits."""
    assert turn.says
    for card in turn.says:
        assert card.text or card.title or card.items
        assert len(card.text) <= 4000
        assert len(card.buttons) <= (2 if card.side_by_side else 3)
        assert len(card.quick_replies) <= 10
        for item in card.items:
            assert item.name
            assert item.value
        for button in card.buttons:
            assert 1 <= len(button.label) <= (8 if card.side_by_side else 14), button.label
        for button in (*card.buttons, *card.quick_replies):
            assert 1 <= len(button.label) <= 14, button.label
            assert bool(button.action) is not bool(button.url)
            assert len(button.action.encode()) <= LONGEST_BYTES
            if button.action:
                verb, _ = parse(button.action)
                assert verb
    actions = {each.action for card in turn.says for each in (*card.buttons, *card.quick_replies)}
    assert actions & {"home", "stop"}, "no way out"
