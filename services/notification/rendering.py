"""From a notification's ids and codes to the card that its recipient reads, at the last moment."""

from typing import Any

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
        values: dict[str, Any] = {**notification.values, **self._named(notification.values, language)}
        if needed & _PERSONAL:
            values |= await self._personal(notification.values)
        if "cleaner_name" in needed and recipient and recipient.role == "cleaner":
            values["cleaner_name"] = recipient.name
        return self._templates.render(notification.template, language, values)

    def _named(self, values: Values, language: Language) -> Values:
        named: dict[str, Any] = {}
        service, size, area = values.get("service"), values.get("size_pyeong"), values.get("area")
        method, code = values.get("payment_method"), values.get("decline_reason")
        if isinstance(service, str) and isinstance(size, int):
            named["service"] = self._names.service(service, size, language)
        if isinstance(area, str):
            named["area"] = self._names.area(area, language)
        if isinstance(method, str):
            named["payment_method"] = self._names.method(method, language)
        if isinstance(code, str):
            named["decline_reason"] = self._names.decline(code, language)
        return named

    async def _personal(self, values: Values) -> Values:
        person, details = values.get("customer_id"), values.get("details_id")
        if not isinstance(person, str):
            return {}
        found = await self._directory.of(person, details if isinstance(details, str) else None)
        return {"customer_name": found.name, "address": found.address, "note": found.note}
