"""What the cleaning context refuses, by name."""

from datetime import datetime
from typing import TYPE_CHECKING

from services.shared_kernel.refusal import Refusal

if TYPE_CHECKING:
    from services.cleaning.model import Job
    from services.cleaning.values import Action


class BadRegistration(Refusal):
    """The cleaner's name, areas or days can't be used; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class JobRefusal(Refusal):
    """Base: `job` is what is true now."""

    def __init__(self, job: "Job") -> None:
        super().__init__(f"{job.id} is {job.status}")
        self.job = job


class NotAllowed(JobRefusal):
    """The lifecycle has no such step from where the job stands."""

    def __init__(self, job: "Job", action: "Action") -> None:
        super().__init__(job)
        self.action = action


class NotYours(JobRefusal):
    """The job isn't this cleaner's (any more)."""


class NotYourOffer(JobRefusal):
    """The job was never put to this cleaner."""


class TakenByAnother(JobRefusal):
    """Another cleaner was first."""


class StaleVisit(JobRefusal):
    """The customer moved the visit since; `job` has the new time."""


class OfferOver(JobRefusal):
    """The offer was answered, or there is no visit to come to any more."""


class OfferLate(JobRefusal):
    """The deadline is over but the job is still free: `late_ok=True` takes it."""


class NotFree(JobRefusal):
    """The cleaner has another job at that time."""

    def __init__(self, job: "Job", other: "Job") -> None:
        super().__init__(job)
        self.other = other


class TooEarly(JobRefusal):
    """The visit can't be started before `at`."""

    def __init__(self, job: "Job", at: datetime) -> None:
        super().__init__(job)
        self.at = at


class WrongOrder(JobRefusal):
    """Another step comes first: `needed`."""

    def __init__(self, job: "Job", needed: "Action") -> None:
        super().__init__(job)
        self.needed = needed
