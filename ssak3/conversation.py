"""Conversations, with everything that they can have carried out."""

from typing import TYPE_CHECKING

from bot.carry_out.broadcast import BroadcastEffects
from bot.carry_out.cleaner import CleanerEffects
from bot.carry_out.customer import CustomerEffects
from bot.carry_out.erasing import ErasingEffects
from bot.carry_out.everybody import EverybodysEffects
from bot.carry_out.operator import OperatorEffects
from bot.carry_out.runner import Runner, Table
from bot.carry_out.staff import StaffEffects
from bot.carry_out.talks import TalkEffects
from bot.channels.answering import Answering
from bot.dialogue import Dialogue
from bot.links import DeepLinks
from services.payment.adapters.client import PaymentClient
from ssak3.links import invite_link, report_file
from ssak3.operators import BrokersDeadLetters, ReservationHistory
from ssak3.payment_facts import PaymentFacts
from ssak3.telegram_name import TelegramName
from storage.history import SqlHistory

if TYPE_CHECKING:
    from ssak3.composition import Ssak3


def build_dialogue(ssak3: "Ssak3") -> tuple[Dialogue, Answering]:
    """What answers, and what has it answer."""
    has_telegram = bool(ssak3.settings.telegram_token.get_secret_value())
    telegram_link = TelegramName(ssak3.outside.session, ssak3.settings).link if has_telegram else None
    talks = TalkEffects(ssak3.threads, ssak3.people, ssak3.my_page)
    erasing = ErasingEffects(ssak3.erasure)
    by_role = {
        "customer": {**_customer(ssak3).table(), **erasing.of_oneself()},
        "cleaner": _cleaner(ssak3).table(),
        "operator": {
            **_operator(ssak3, telegram_link).table(),
            **talks.table(),
            **_broadcasts(ssak3),
            **StaffEffects(ssak3.staff).table(),
            **erasing.of_others(),
        },
    }
    everybody = EverybodysEffects(ssak3.people, ssak3.links, telegram_link, ssak3.log_writer)
    runner = Runner(everybody.table(), by_role)
    dialogue = Dialogue(
        ssak3.bot_work, ssak3.clock, ssak3.ids, ssak3.catalogue, runner, ssak3.hub.tell, ssak3.outside.tracing
    )
    return dialogue, Answering(dialogue)


def _customer(ssak3: "Ssak3") -> CustomerEffects:
    facts = PaymentFacts(ssak3.payment, ssak3.reservations, ssak3.checkout_links, ssak3.names.service)
    return CustomerEffects(
        ssak3.reservations,
        ssak3.catalogue,
        ssak3.policies,
        ssak3.my_page,
        ssak3.threads,
        ssak3.bot_work,
        ssak3.clock,
        ssak3.ids,
        facts.why_declined,
        facts.checkout_link,
    )


def _cleaner(ssak3: "Ssak3") -> CleanerEffects:
    return CleanerEffects(ssak3.cleaning, ssak3.people, ssak3.threads, ssak3.bot_work, ssak3.clock)


def _broadcasts(ssak3: "Ssak3") -> Table:
    public_url = ssak3.settings.public_url
    return BroadcastEffects(ssak3.broadcasts, lambda broadcast_id: report_file(public_url, broadcast_id)).table()


def _operator(ssak3: "Ssak3", telegram_link: DeepLinks | None) -> OperatorEffects:
    payment, public_url = ssak3.payment, ssak3.settings.public_url
    history = ReservationHistory(
        SqlHistory(ssak3.databases.contexts),
        payment.events_of if isinstance(payment, PaymentClient) else None,
        ssak3.notifications,
        ssak3.people,
        ssak3.templates.title,
    )
    return OperatorEffects(
        ssak3.reservations,
        ssak3.cleaning,
        ssak3.catalogue,
        payment,
        ssak3.my_page,
        ssak3.people,
        ssak3.threads,
        history,
        BrokersDeadLetters(ssak3.dead),
        ssak3.bot_work,
        ssak3.clock,
        lambda role, code: invite_link(public_url, role, code),
        telegram_link,
    )
