"""A broadcast that is being written, as the conversation remembers it between two messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.conversation.texts_en_broadcast import BroadcastEnglish
from bot.conversation.texts_ko_broadcast import BroadcastKorean
from services.notification.broadcasts.values import Broadcast, Kind, Segment, Wording
from services.notification.wording import VARIABLES

BOOK = "book"
_ALWAYS = ("customer_name",)
_OF_A_VISIT = ("visit_at", "service", "area", "reservation_code")


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What was given so far. None: not asked yet. `corrects` is the broadcast that this one puts right.

    `digest` names the dry run that was shown last, in full: a button has only its beginning.
    """

    id: str
    kind: Kind | None = None
    segment: Segment = Segment()
    has_segment: bool = False
    text_ko: str | None = None
    text_en: str | None = None
    button: tuple[str, str, str] | None = None  # label, action, address
    corrects: str = ""
    digest: str = ""

    @property
    def is_ad(self) -> bool:
        """Whether it is advertising."""
        return self.kind is Kind.AD

    @property
    def wording(self) -> Wording:
        """What there is of it."""
        label, action, url = self.button or ("", "", "")
        is_book = action == BOOK
        return Wording(
            text_ko=self.text_ko or "",
            text_en=self.text_en or "",
            button_ko=BroadcastKorean.bc_book if is_book else label,
            button_en=BroadcastEnglish.bc_book if is_book else "",
            button_action=action,
            button_url=url,
        )

    @property
    def variables(self) -> tuple[str, ...]:
        """What is filled in for each, as it is written in a Korean text."""
        return tuple(_as_written(VARIABLES[id].korean) for id in self._variables)

    @property
    def variables_in_english(self) -> tuple[str, ...]:
        """What the Korean text has filled in, or any text may have, as it is written in an English one."""
        used = [id for id in self._variables if _as_written(VARIABLES[id].korean) in (self.text_ko or "")]
        return tuple(_as_written(id) for id in used or self._variables)

    @property
    def _variables(self) -> tuple[str, ...]:
        return (*_ALWAYS, *(_OF_A_VISIT if self.segment.visit_on else ()))


def _as_written(name: str) -> str:
    return f"#{{{name}}}"


_SEGMENT = ("role", "area", "language", "corrects")


def remembered(writing: Writing) -> dict[str, str]:
    """As a draft's memo keeps it."""
    segment = writing.segment
    label, action, url = writing.button or ("", "", "")
    known: dict[str, str | None] = {
        "broadcast": writing.id,
        "kind": writing.kind,
        **{name: getattr(segment, name) for name in _SEGMENT},
        "visit_on": segment.visit_on.isoformat() if segment.visit_on else None,
        "idle_days": str(segment.idle_days) if segment.idle_days else None,
        "has_segment": "yes" if writing.has_segment else None,
        "text_ko": writing.text_ko,
        "text_en": writing.text_en,
        "has_button": "yes" if writing.button is not None else None,
        "button": label,
        "button_action": action,
        "button_url": url,
        "corrected": writing.corrects,
        "digest": writing.digest,
    }
    return {name: str(value) for name, value in known.items() if value is not None}


def recalled(memo: Mapping[str, str]) -> Writing | None:
    """Back again; None when none is being written."""
    if not memo.get("broadcast"):
        return None
    segment: dict[str, Any] = {name: memo.get(name) for name in _SEGMENT}
    if day := memo.get("visit_on"):
        segment["visit_on"] = date.fromisoformat(day)
    if idle := memo.get("idle_days"):
        segment["idle_days"] = int(idle)
    button = (memo.get("button", ""), memo.get("button_action", ""), memo.get("button_url", ""))
    return Writing(
        id=memo["broadcast"],
        kind=Kind(memo["kind"]) if memo.get("kind") else None,
        segment=Segment(**segment),
        has_segment="has_segment" in memo,
        text_ko=memo.get("text_ko"),
        text_en=memo.get("text_en"),
        button=button if "has_button" in memo else None,
        corrects=memo.get("corrected", ""),
        digest=memo.get("digest", ""),
    )


def of_broadcast(broadcast: Broadcast) -> Writing:
    """A draft that was left, to go on with."""
    wording = broadcast.wording
    return Writing(
        id=broadcast.id,
        kind=broadcast.kind,
        segment=broadcast.segment,
        has_segment=True,
        text_ko=wording.text_ko,
        text_en=wording.text_en,
        button=(wording.button_ko, wording.button_action, wording.button_url),
        corrects=broadcast.segment.corrects or "",
    )
