"""What a cleaner's conversation asks to be done or looked up, always as the cleaner who is talking.

Whoever isn't a cleaner is refused with NotFound. Any effect may raise `TemporaryTrouble`. From `effects` it also uses
SetLanguage, SetConsent, AskForPerson and SayToPerson. Refusals are those of `services.cleaning.refusals`;
NotFound is the shared kernel's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.conversation.turn import Effect
from services.cleaning.cleaner import Cleaner
from services.cleaning.model import Job

# Who it is


@dataclass(frozen=True, kw_only=True)
class TheCleaner(Effect[Cleaner | None]):
    """How this person is registered; None if not yet."""


@dataclass(frozen=True, kw_only=True)
class RegisterCleaner(Effect[Cleaner]):
    """Join, or change; the name becomes the person's name too. Days are ISO weekdays. Refusal: BadRegistration."""

    name: str
    areas: tuple[str, ...]
    days: tuple[int, ...]
    active: bool = True


# Looking up


@dataclass(frozen=True, kw_only=True)
class JobDetails:
    """A job with what only its cleaner may read; address and note are empty once they were erased."""

    job: Job
    address: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class JobCard(Effect[JobDetails]):
    """A job of this cleaner's with address and note. Refusals: NotYours (carries the job), NotFound."""

    job_id: str


@dataclass(frozen=True, kw_only=True)
class OpenOffers(Effect[Sequence[Job]]):
    """What waits for this cleaner's answer, the most urgent first."""


@dataclass(frozen=True, kw_only=True)
class MyJobs(Effect[Sequence[Job]]):
    """This cleaner's jobs on these (Korean) days, inclusive, by start; those called off may be among them."""

    first: date
    last: date


# Answering an offer


@dataclass(frozen=True, kw_only=True)
class AcceptOffer(Effect[Job]):
    """Take it; done already: the job as it is.

    Refusals: NotYourOffer, TakenByAnother, StaleVisit, OfferOver, OfferLate, NotFree, NotFound.
    """

    job_id: str
    visit_revision: int
    late_ok: bool = False


@dataclass(frozen=True, kw_only=True)
class DeclineOffer(Effect[Job]):
    """Leave it. Refusals: NotYourOffer, TakenByAnother, StaleVisit, OfferOver, NotFound."""

    job_id: str
    visit_revision: int


@dataclass(frozen=True, kw_only=True)
class Withdraw(Effect[Job]):
    """Give the job back. Refusals: NotYours, StaleVisit, WrongOrder, NotAllowed, NotFound."""

    job_id: str
    visit_revision: int


# At work


@dataclass(frozen=True, kw_only=True)
class EnRoute(Effect[Job]):
    """On the way. Refusals: NotYours, StaleVisit, WrongOrder, NotAllowed, NotFound."""

    job_id: str
    visit_revision: int


@dataclass(frozen=True, kw_only=True)
class StartJob(Effect[Job]):
    """Start cleaning. Refusals: TooEarly, NotYours, StaleVisit, WrongOrder, NotAllowed, NotFound."""

    job_id: str
    visit_revision: int


@dataclass(frozen=True, kw_only=True)
class FinishJob(Effect[Job]):
    """Done. Refusals: NotYours, StaleVisit, WrongOrder, NotAllowed, NotFound."""

    job_id: str
    visit_revision: int
