"""From a notification's ids and codes to the card that its recipient reads, at the last moment."""

from typing import Any

from services.notification.broadcasts.values import Broadcast
from services.notification.broadcasts.wording import drawn, language_of, variables_of
from services.notification.model import Notification
from services.notification.ports import Directory, Names
from services.notification.templates import Templates
from services.notification.values import Contact, Values
from services.shared_kernel.card import Card
from services.shared_kernel.wording import Language

_PERSONAL = frozenset({"customer_name", "address", "note"})


class Renderer:
    """Looks up what the notification doesn't keep, and writes it in the recipient's language."""

    def __init__(self, templates: Templates, directory: Directory, names: Names) -> None:
        self._templates = templates
        self._directory = directory
        self._names = names

    async def card(self, notification: Notification, recipient: Contact | None) -> Card:
        """CannotRender when values are missing or wrong; whatever the directory raises when it can't be asked."""
        language: Language = "en" if recipient and recipient.language == "en" else "ko"
        needed = self._templates.variables(notification.template)
        values: dict[str, Any] = {**notification.values, **named(notification.values, self._names, language)}
        if "sender" in needed:
            agency = self._names.agency
            values["sender"] = f"{agency.name} {agency.contact}" if agency is not None else ""
        if needed & _PERSONAL:
            values |= await self._personal(notification.values)
        if "cleaner_name" in needed and recipient and recipient.role == "cleaner":
            values["cleaner_name"] = recipient.name
        return self._templates.render(notification.template, language, values)

    async def card_of_broadcast(
        self, broadcast: Broadcast, notification: Notification, recipient: Contact | None
    ) -> Card:  # fmt: skip
        """The broadcast's words for one of its recipients. Raises as `card` does."""
        language = language_of(broadcast.wording, recipient.language if recipient else "ko")
        values: dict[str, Any] = {**notification.values, **named(notification.values, self._names, language)}
        if "customer_name" in variables_of(broadcast.wording):
            if recipient is not None and recipient.role == "cleaner":
                values["customer_name"] = recipient.name
            else:
                values["customer_name"] = (await self._directory.of(notification.recipient_id, None)).name
        return drawn(broadcast.kind, broadcast.wording, language, values, self._names.agency)

    async def _personal(self, values: Values) -> Values:
        person, details = values.get("customer_id"), values.get("details_id")
        if not isinstance(person, str):
            return {}
        found = await self._directory.of(person, details if isinstance(details, str) else None)
        return {"customer_name": found.name, "address": found.address, "note": found.note}


def named(values: Values, names: Names, language: Language) -> Values:
    """What is kept by id or code, by its name."""
    found: dict[str, Any] = {}
    service, size, area = values.get("service"), values.get("size_pyeong"), values.get("area")
    add_ons = [each for each in str(values.get("add_ons", "")).split(",") if each]
    method, code = values.get("payment_method"), values.get("decline_reason")
    if isinstance(service, str) and isinstance(size, int):
        found["service"] = names.service(service, size, add_ons, language)
    if isinstance(area, str):
        found["area"] = names.area(area, language)
    if isinstance(method, str):
        found["payment_method"] = names.method(method, language)
    if isinstance(code, str):
        found["decline_reason"] = names.decline(code, language)
    return found
