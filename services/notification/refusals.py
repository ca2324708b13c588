"""What the notification context refuses, by name."""

from services.shared_kernel.refusal import Refusal


class NotAllowed(Refusal):
    """The lifecycle has no such step from where the delivery stands."""

    def __init__(self, delivery_id: str, status: str, action: str) -> None:
        super().__init__(f"{action} from {status}")
        self.delivery_id = delivery_id
        self.status = status
        self.action = action


class AdvertisingRefused(Refusal):
    """Advertising goes out in broadcasts only, with consent and all that the law asks for (rule 12)."""
