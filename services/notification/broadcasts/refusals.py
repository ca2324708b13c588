"""What broadcasts refuse, by name."""

from collections.abc import Sequence

from services.shared_kernel.refusal import Refusal


class NotAllowedNow(Refusal):
    """The lifecycle has no such step from where the broadcast stands."""

    def __init__(self, broadcast_id: str, status: str, action: str) -> None:
        super().__init__(f"{action} from {status}")
        self.broadcast_id = broadcast_id
        self.status = status
        self.action = action


class ApprovalOutdated(Refusal):
    """Audience, words or day aren't what was approved: look again, and approve that."""


class LooksLikeAdvertising(Refusal):
    """Information has words that only advertising may use."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(", ".join(words))
        self.words = tuple(words)


class WrongWording(Refusal):
    """It can't be sent as it is written; `problem` is a code, `detail` the word or the figure it is about.

    Problems: empty, too_long, unknown_variable, variable_not_here (this segment has no such value), button.
    """

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"{problem} {detail}".strip())
        self.problem = problem
        self.detail = detail


class NobodyLeft(Refusal):
    """Nobody of the segment would get it."""


class NoSender(Refusal):
    """Advertising needs the sender's name and contact (정보통신망법 §50): they are in the catalogue's [agency]."""
