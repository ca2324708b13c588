"""What the payment context refuses, by name."""

from services.shared_kernel.refusal import Refusal


class NotAllowed(Refusal):
    """The lifecycle has no such step from where the thing stands."""

    def __init__(self, thing: str, status: str, action: str) -> None:
        super().__init__(f"{action} of a {thing} that is {status}")
        self.thing = thing
        self.status = status
        self.action = action


class AttemptLive(Refusal):
    """Another attempt isn't settled yet; a new one could charge twice."""


class AlreadyPaid(Refusal):
    """The money was taken before, by another attempt."""


class PaymentClosed(Refusal):
    """The reservation has ended: nothing is to be paid any more."""


class PayByPassed(Refusal):
    """The place was kept until a deadline that has passed."""


class OtherAttempt(Refusal):
    """This id was used before, for something else."""


class RefundTooLarge(Refusal):
    """More than what is left of the payment; `left_krw` could still be returned."""

    def __init__(self, left_krw: int) -> None:
        super().__init__(f"{left_krw} won are left")
        self.left_krw = left_krw


class MethodNotOffered(Refusal):
    """There is no such way to pay."""
