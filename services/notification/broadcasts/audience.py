"""Who of a segment gets a broadcast, when, and who doesn't and why; what an approval is for. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from services.notification.broadcasts.values import Exclusion, Kind, Segment, Wording
from services.notification.policies import first_channel, why_no_advertising
from services.notification.values import Agency, Contact


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody of the segment, with the visit that it is about, if it is about visits of a day."""

    contact: Contact
    reservation_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Audience:
    """`recipients` by their ids; `excluded` counts the others."""

    recipients: Sequence[Candidate]
    excluded: Mapping[Exclusion, int]

    @property
    def selected(self) -> int:
        """Everybody of the segment."""
        return len(self.recipients) + sum(self.excluded.values())


def audience_of(candidates: Collection[Candidate], kind: Kind, usable: Collection[str]) -> Audience:
    """Who gets it, sooner or later. `usable`: the channels that we have."""
    recipients, excluded = [], Counter[Exclusion]()
    for candidate in sorted(candidates, key=lambda one: one.contact.person_id):
        why = why_excluded(candidate.contact, kind, usable)
        if why is None:
            recipients.append(candidate)
        else:
            excluded[why] += 1
    return Audience(recipients=recipients, excluded=dict(sorted(excluded.items())))


def why_excluded(contact: Contact, kind: Kind, usable: Collection[str]) -> Exclusion | None:
    """The first reason why somebody gets nothing; None when they get it."""
    if kind is Kind.AD and (why := why_no_advertising(contact)):
        return Exclusion(why)
    if reached_by(contact, usable) is not None:
        return None
    return Exclusion.BLOCKED if contact.blocked else Exclusion.NO_CHANNEL


def reached_by(contact: Contact, usable: Collection[str]) -> str | None:
    """The preferred channel of those that we have and where they haven't blocked us."""
    return first_channel(contact, usable, contact.blocked)


def digest_of(
    audience: Audience, *, kind: Kind, segment: Segment, wording: Wording, agency: Agency | None, on: date
) -> str:
    """Names exactly this audience and all that is written to it, as looked at on a (Korean) day.

    What says 내일 is another thing on another day: an old button sends nothing.
    """
    whole = {
        "on": on,
        "people": [one.contact.person_id for one in audience.recipients],
        "kind": kind,
        "segment": asdict(segment),
        "wording": asdict(wording),
        "agency": asdict(agency) if agency is not None and kind is Kind.AD else None,
    }
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
