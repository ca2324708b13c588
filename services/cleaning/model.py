"""The job: the cleaner's side of a paid reservation. Decisions return the new state and the facts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.cleaning import facts
from services.cleaning.cleaner import Cleaner
from services.cleaning.events import (
    JobCalledOff,
    JobCompleted,
    JobEnRoute,
    JobEvent,
    JobNoShow,
    JobStarted,
    JobUnattended,
    JobUncovered,
    JobUnfilled,
    JobWithdrawn,
    OfferDeclined,
    OfferExpired,
)
from services.cleaning.lifecycle import NEEDED, next_status
from services.cleaning.offer import Offer, after, answerable, check_acceptable
from services.cleaning.policies import DispatchPolicy
from services.cleaning.refusals import NotAllowed, NotYours, OfferOver, StaleVisit, TooEarly, WrongOrder
from services.cleaning.values import Action, JobStatus, OfferAction, OfferStatus, Revoked, Visit
from services.shared_kernel.ids import Ids

Events = Sequence[JobEvent]


@dataclass(frozen=True, kw_only=True)
class Job:
    """`look_at`: when to look for a cleaner again; `uncovered_at`, `no_show_at`: when to tell, None once told.

    `pool`: it was put to all who fit. `cleaner_id` stays on a job that was called off.
    """

    id: str
    version: int
    status: JobStatus
    reservation_id: str
    customer_id: str
    visit: Visit
    price_krw: int
    payout_krw: int
    look_at: datetime
    unfilled_at: datetime
    uncovered_at: datetime | None
    no_show_at: datetime | None
    pool: bool = False
    cleaner_id: str | None = None
    cleaner_name: str | None = None
    en_route_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    offers: tuple[Offer, ...] = ()

    @classmethod
    def open(
        cls, *, id: str, reservation_id: str, customer_id: str, visit: Visit, price_krw: int, policy: DispatchPolicy,
        at: datetime,
    ) -> "Job":  # fmt: skip
        """A new one for a reservation just paid; nobody is asked yet."""
        return cls(
            id=id,
            version=1,
            status=JobStatus.OFFERING,
            reservation_id=reservation_id,
            customer_id=customer_id,
            visit=visit,
            price_krw=price_krw,
            payout_krw=policy.payout_krw(price_krw),
            look_at=at,
            unfilled_at=policy.unfilled_at(visit.starts_at),
            uncovered_at=policy.alert_at(visit.starts_at, at),
            no_show_at=policy.no_show_at(visit.starts_at),
        )

    # What is true of it

    @property
    def due_at(self) -> datetime | None:
        """When time next does something to it; None: never."""
        if self.status is JobStatus.OFFERING:
            return min(due for due in (self.look_at, self.unfilled_at, self.uncovered_at) if due is not None)
        if self.status in (JobStatus.ASSIGNED, JobStatus.EN_ROUTE):
            return self.no_show_at
        return None

    def pending(self) -> tuple[Offer, ...]:
        """The offers that wait for an answer."""
        return tuple(offer for offer in self.offers if offer.status is OfferStatus.PENDING)

    def asked(self) -> tuple[Offer, ...]:
        """All offers of the visit as it is now."""
        return tuple(offer for offer in self.offers if offer.visit_revision == self.visit.revision)

    def offer_to(self, cleaner_id: str) -> Offer | None:
        """The cleaner's latest offer of the visit as it is now."""
        mine = [offer for offer in self.asked() if offer.cleaner_id == cleaner_id]
        return mine[-1] if mine else None

    # Offering

    def ask(
        self, cleaner_ids: Sequence[str], *, deadline: datetime, look_at: datetime, ids: Ids, pool: bool = False,
        moved_from: datetime | None = None,
    ) -> tuple["Job", Events]:  # fmt: skip
        """Put it to these cleaners until the deadline."""
        offers = [
            Offer(
                id=ids.new(),
                cleaner_id=cleaner_id,
                visit_revision=self.visit.revision,
                deadline=deadline,
                pool=pool,
                moved_from=moved_from,
            )
            for cleaner_id in cleaner_ids
        ]
        new = self._next(offers=(*self.offers, *offers), look_at=look_at, pool=pool)
        return new, [facts.offered(new, offer) for offer in offers]

    def look_again(self, look_at: datetime) -> "Job":
        """Nobody could be asked; try later."""
        return self._next(look_at=look_at)

    def time_out(self, at: datetime) -> tuple["Job", Events]:
        """Close the offers that weren't answered by their deadline."""
        late = [offer for offer in self.pending() if at >= offer.deadline]
        if not late:
            return self, []
        new = self._next(offers=after(self.offers, OfferAction.TIME_OUT, late))
        return new, [OfferExpired(**facts.offer_told(new, offer)) for offer in late]

    def accept(
        self, *, cleaner: Cleaner, visit_revision: int, late_ok: bool, clash: "Job | None", offer_id: str, at: datetime
    ) -> tuple["Job", Events]:
        """The cleaner takes it; the others' offers are void. `clash`: what else they have at that time.

        An answer after the deadline is only wanted with `late_ok`; once an offer is closed, it is a new one.
        """
        offer = answerable(self, cleaner.id, visit_revision)
        if self.status is not JobStatus.OFFERING:
            return self, []
        check_acceptable(self, offer, cleaner, clash, late_ok, at)
        status, offers = self._step(Action.ACCEPT), self.offers
        if offer.status is not OfferStatus.PENDING:
            offer = replace(offer, id=offer_id, status=OfferStatus.PENDING)
            offers = (*offers, offer)
        others = [other for other in self.pending() if other.id != offer.id]
        offers = after(after(offers, OfferAction.ACCEPT, [offer]), OfferAction.REVOKE, others)
        new = self._next(status=status, offers=offers, cleaner_id=cleaner.id, cleaner_name=cleaner.name)
        return new, [facts.accepted(new, offer), *facts.revoked(self, new, others, Revoked.TAKEN)]

    def decline(self, *, cleaner_id: str, visit_revision: int) -> tuple["Job", Events]:
        """The cleaner doesn't want it. Declined already: the same answer."""
        offer = answerable(self, cleaner_id, visit_revision)
        if offer.status is OfferStatus.DECLINED:
            return self, []
        if offer.status is not OfferStatus.PENDING:
            raise OfferOver(self)
        new = self._next(status=self._step(Action.DECLINE), offers=after(self.offers, OfferAction.DECLINE, [offer]))
        return new, [OfferDeclined(**facts.offer_told(new, offer))]

    def give_up(self) -> tuple["Job", Events]:
        """Nobody took it in time."""
        new = self._next(status=self._step(Action.GIVE_UP), offers=self._none_pending())
        return new, [*facts.revoked(self, new, self.pending(), Revoked.UNFILLED), JobUnfilled(**facts.told(new))]

    def tell_uncovered(self, at: datetime) -> tuple["Job", Events]:
        """Operators hear, once, that nobody has it yet."""
        if self.status is not JobStatus.OFFERING or self.uncovered_at is None or at < self.uncovered_at:
            return self, []
        new = self._next(uncovered_at=None)
        return new, [JobUncovered(**facts.told(new))]

    # The cleaner at work

    def en_route(self, *, cleaner_id: str, visit_revision: int | None, at: datetime) -> tuple["Job", Events]:
        """On the way."""
        status = self._own_step(Action.EN_ROUTE, cleaner_id, visit_revision)
        if status is self.status:
            return self, []
        new = self._next(status=status, en_route_at=at)
        return new, [JobEnRoute(**facts.told(new), **facts.by(new), en_route_at=at)]

    def start(
        self, *, cleaner_id: str, visit_revision: int | None, policy: DispatchPolicy, at: datetime
    ) -> tuple["Job", Events]:
        """At work; TooEarly long before the visit."""
        status = self._own_step(Action.START, cleaner_id, visit_revision)
        if status is self.status:
            return self, []
        earliest = policy.earliest_start(self.visit.starts_at)
        if at < earliest:
            raise TooEarly(self, earliest)
        new = self._next(status=status, started_at=at)
        return new, [JobStarted(**facts.told(new), **facts.by(new), started_at=at)]

    def finish(self, *, cleaner_id: str, visit_revision: int | None, at: datetime) -> tuple["Job", Events]:
        """Done."""
        status = self._own_step(Action.FINISH, cleaner_id, visit_revision)
        if status is self.status:
            return self, []
        new = self._next(status=status, finished_at=at)
        fact = JobCompleted(**facts.told(new), **facts.by(new), completed_at=at, payout_krw=new.payout_krw)
        return new, [fact]

    def withdraw(
        self, *, cleaner_id: str, visit_revision: int | None, policy: DispatchPolicy, at: datetime
    ) -> tuple["Job", Events]:
        """The cleaner can't come after all; another is to be found."""
        offer = self.offer_to(cleaner_id)
        if self.cleaner_id != cleaner_id and offer is not None and offer.status is OfferStatus.ACCEPTED:
            return self, []
        status = self._own_step(Action.WITHDRAW, cleaner_id, visit_revision)
        new = self._without_cleaner(self.visit, policy, at, status=status)
        return new, [JobWithdrawn(**facts.told(new), cleaner_id=cleaner_id)]

    def tell_no_show(self, at: datetime) -> tuple["Job", Events]:
        """Told once, when the cleaner hasn't started long after the visit's time."""
        is_waiting = self.status in (JobStatus.ASSIGNED, JobStatus.EN_ROUTE)
        if not is_waiting or self.no_show_at is None or at < self.no_show_at:
            return self, []
        new = self._next(no_show_at=None)
        return new, [JobNoShow(**facts.told(new), cleaner_id=self.cleaner_id)]

    def hand_on(self, *, cleaner_id: str, policy: DispatchPolicy, at: datetime) -> tuple["Job", Events]:
        """Somebody is no cleaner any more: another is to be found. What they have begun, operators hear of."""
        if self.cleaner_id == cleaner_id and self.status is JobStatus.STARTED:
            new = self._next()
            return new, [JobUnattended(**facts.told(new), **facts.by(new))]
        if self.cleaner_id == cleaner_id and self.status in (JobStatus.ASSIGNED, JobStatus.EN_ROUTE):
            if at >= self.visit.ends_at:
                # They may have come and tapped nothing: told as a no-show already, it is for operators to settle.
                return self, []
            return self.withdraw(cleaner_id=cleaner_id, visit_revision=None, policy=policy, at=at)
        theirs = [offer for offer in self.pending() if offer.cleaner_id == cleaner_id]
        if not theirs:
            return self, []
        new = self._next(offers=after(self.offers, OfferAction.REVOKE, theirs))
        return new, facts.revoked(self, new, theirs, Revoked.REMOVED)

    # What the reservation tells

    def reschedule(self, *, visit: Visit, policy: DispatchPolicy, ids: Ids, at: datetime) -> tuple["Job", Events]:
        """The customer moved the visit. Whoever had the job is asked first whether the new time suits."""
        status = self._step(Action.RESCHEDULE)
        if status is not JobStatus.OFFERING or visit.revision <= self.visit.revision:
            return self, []
        keeper = self._keeper()
        new = self._without_cleaner(visit, policy, at, status=status, offers=self._none_pending())
        events = facts.revoked(self, new, self.pending(), Revoked.MOVED)
        if keeper is None:
            return new, events
        deadline = policy.offer_deadline(visit.starts_at, at)
        new, asked = new.ask([keeper], deadline=deadline, look_at=deadline, ids=ids, moved_from=self.visit.starts_at)
        return new, [*events, *asked]

    def call_off(self, *, reason: str) -> tuple["Job", Events]:
        """The reservation was cancelled. Called off already: nothing."""
        status = self._step(Action.CALL_OFF)
        if status is self.status:
            return self, []
        new = self._next(status=status, offers=self._none_pending())
        return new, [
            *facts.revoked(self, new, self.pending(), Revoked.CALLED_OFF),
            JobCalledOff(**facts.told(new), cleaner_id=self.cleaner_id, reason=reason),
        ]

    # Inside

    def _next(self, **changes: object) -> "Job":
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]  # names checked by replace

    def _step(self, action: Action) -> JobStatus:
        status = next_status(self.status, action)
        if status is not None:
            return status
        if self.status in NEEDED:
            raise WrongOrder(self, NEEDED[self.status])
        raise NotAllowed(self, action)

    def _own_step(self, action: Action, cleaner_id: str, visit_revision: int | None) -> JobStatus:
        if self.cleaner_id != cleaner_id:
            raise NotYours(self)
        if visit_revision is not None and visit_revision != self.visit.revision:
            raise StaleVisit(self)
        return self._step(action)

    def _keeper(self) -> str | None:
        """Whoever had the job until it moved, and hasn't said no to a new time."""
        if self.cleaner_id is not None:
            return self.cleaner_id
        return next((offer.cleaner_id for offer in self.pending() if offer.moved_from is not None), None)

    def _none_pending(self) -> tuple[Offer, ...]:
        return after(self.offers, OfferAction.REVOKE, self.pending())

    def _without_cleaner(self, visit: Visit, policy: DispatchPolicy, at: datetime, **changes: object) -> "Job":
        return self._next(
            visit=visit,
            look_at=at,
            unfilled_at=policy.unfilled_at(visit.starts_at),
            uncovered_at=policy.alert_at(visit.starts_at, at),
            no_show_at=policy.no_show_at(visit.starts_at),
            pool=False,
            cleaner_id=None,
            cleaner_name=None,
            en_route_at=None,
            **changes,
        )
