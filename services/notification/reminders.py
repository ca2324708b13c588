"""What time has to tell people. The tick may run twice, or in two places: each row is taken by a guarded update."""

from collections.abc import Callable

from services.notification.policies import next_consent_reminder, reminder_good_until, reminder_notices
from services.notification.ports import NotificationWork
from services.notification.queueing import Cause, queue
from services.notification.templates import Templates
from services.notification.values import Notice
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids

LIMIT = 200


class ReminderTick:
    """Called by the scheduler."""

    def __init__(
        self, unit_of_work: Callable[[], NotificationWork], clock: Clock, ids: Ids, templates: Templates
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._templates = templates

    async def remind(self) -> int:
        """Queue what is due now; how many notifications that were."""
        now, queued = self._clock.now(), 0
        async with self._unit_of_work() as work:
            for reminder in await work.reminders.due(now, LIMIT):
                notices = reminder_notices(reminder, await work.copies.find(reminder.reservation_id), now)
                if not await work.reminders.take(reminder, told=bool(notices)):
                    continue
                cause = Cause(id=reminder.cause, good_until=reminder_good_until(reminder))
                queued += await queue(work, notices, cause, templates=self._templates, ids=self._ids, now=now)
        return queued

    async def remind_of_consent(self) -> int:
        """Every two years who agreed to advertising hears of it (정보통신망법 §50의8); how many did now."""
        now, queued = self._clock.now(), 0
        async with self._unit_of_work() as work:
            for contact in await work.contacts.to_remind_of_consent(now, LIMIT):
                due_at = contact.remind_consent_at
                if due_at is None or not await work.contacts.take_consent_reminder(contact, next_consent_reminder(now)):
                    continue
                notice = Notice(
                    recipient_id=contact.person_id,
                    template="person_consent_reminder",
                    values={"consent_date": contact.consent_day_at or due_at},
                )
                cause = Cause(id=f"consent:{contact.person_id}:{due_at.date().isoformat()}")
                queued += await queue(work, [notice], cause, templates=self._templates, ids=self._ids, now=now)
        return queued
