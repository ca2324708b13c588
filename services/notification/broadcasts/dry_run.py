"""What would come of a broadcast, before anything is sent. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notification.broadcasts.audience import Audience, Candidate, digest_of, reached_by
from services.notification.broadcasts.values import Broadcast, DryRun, Kind, Preview
from services.notification.broadcasts.wording import drawn, language_of, sample_values
from services.notification.policies import put_off_until
from services.notification.ports import Names
from services.notification.rendering import named
from services.notification.values import Values
from services.shared_kernel.clock import kst_date
from services.shared_kernel.wording import Language


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The channels that we have, and how many a second those outside take: `rated` ones have that rate together."""

    usable: Collection[str]
    rated: Collection[str] = ()
    rate: float = 1.0


def dry_run_of(
    broadcast: Broadcast, audience: Audience, values: Mapping[str, Values], *, names: Names, reach: Reach, at: datetime
) -> DryRun:
    """What would come of it, if it began then. `values`: of the first of each kind of recipient."""
    is_ad = broadcast.kind is Kind.AD
    morning = {one.contact.person_id: put_off_until(one.contact, at, is_ad=is_ad) for one in audience.recipients}
    at_once = [one for one in audience.recipients if morning[one.contact.person_id] is None]
    rated = sum(reached_by(one.contact, reach.usable) in reach.rated for one in at_once)
    return DryRun(
        broadcast_id=broadcast.id,
        digest=digest_now(broadcast, audience, names, at),
        selected=audience.selected,
        now=len(at_once),
        later=len(audience.recipients) - len(at_once),
        later_at=next((until for until in morning.values() if until is not None), None),
        excluded=audience.excluded,
        takes=timedelta(seconds=rated / reach.rate),
        previews=_previews(broadcast, audience, values, names),
    )


def digest_now(broadcast: Broadcast, audience: Audience, names: Names, at: datetime) -> str:
    """What an approval of exactly this has to name, then."""
    return digest_of(
        audience,
        kind=broadcast.kind,
        segment=broadcast.segment,
        wording=broadcast.wording,
        agency=names.agency,
        on=kst_date(at),
    )


def first_of_each(audience: Audience, broadcast: Broadcast) -> Mapping[tuple[str, Language], Candidate]:
    """One of each kind of recipient: by role, and the language that they get it in."""
    first: dict[tuple[str, Language], Candidate] = {}
    for one in audience.recipients:
        first.setdefault(_kind_of(one, broadcast), one)
    return first


def _kind_of(one: Candidate, broadcast: Broadcast) -> tuple[str, Language]:
    return one.contact.role, language_of(broadcast.wording, one.contact.language)


def _previews(
    broadcast: Broadcast, audience: Audience, values: Mapping[str, Values], names: Names
) -> Sequence[Preview]:
    counts: dict[tuple[str, Language], int] = defaultdict(int)
    for one in audience.recipients:
        counts[_kind_of(one, broadcast)] += 1
    previews = []
    for (role, language), first in sorted(first_of_each(audience, broadcast).items()):
        known = values.get(first.contact.person_id, {})
        shown = {**sample_values(language, role), **known, **named(known, names, language)}
        card = drawn(broadcast.kind, broadcast.wording, language, shown, names.agency)
        previews.append(Preview(language=language, role=role, count=counts[role, language], card=card))
    return previews
