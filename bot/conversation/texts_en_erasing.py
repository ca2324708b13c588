"""What operators and customers read in English when somebody is erased."""

from collections.abc import Collection, Sequence

from bot.conversation.english import card_moment
from bot.conversation.texts_ko_erasing import ErasingKorean
from bot.erasure import OpenAffair

_KINDS = {
    "unpaid": "A booking to be paid",
    "upcoming": "A booking to come",
    "not_begun": "A past visit that wasn’t begun",
    "under_way": "A cleaning under way",
    "paying": "A payment being checked",
    "refunding": "Money on its way back",
    "compensation": "A compensation not paid out yet",
    "talk": "A talk with us that isn’t ended",
}


class ErasingEnglish(ErasingKorean):
    """The same in English."""

    erase = "Erase details"
    erase_me = "Erase my details"
    confirm = "Erase for good"
    leave = "Leave it"
    ask_whom = "Whose details? Please give the code of a booking of theirs."

    def sure(self, visits: int) -> str:
        return (
            "This erases the customer’s addresses, phone numbers and notes, chat and talks with us, registered cards and "
            f"Telegram link. It can’t be undone. {self._stays(visits)} Erase them?"
        )

    def sure_of_you(self, visits: int) -> str:
        return (
            "This erases your addresses, phone numbers and notes, all that was said here, your cards and your Telegram "
            "link. It can’t be undone, and we can’t answer you afterwards. If you write again, we’ll greet you as somebody new. "
            f"{self._stays(visits)} Erase everything?"
        )

    def _stays(self, visits: int) -> str:
        if not visits:
            return "Nothing stays."
        what = "The record of 1 booking" if visits == 1 else f"The records of {visits} bookings"
        return f"{what} and payment must be kept for 5 years by law, without saying whose."

    def _still_open(self, affairs: Sequence[OpenAffair], what_to_do: str) -> str:
        lines = "\n".join(f"· {_KINDS[one.kind]}: {card_moment(one.at)}" for one in affairs)
        return f"Something isn’t finished, so nothing can be erased yet.\n{lines}\n{what_to_do}"

    def what_to_do(self, kinds: Collection[str]) -> str:
        says = []
        if not {"unpaid", "upcoming"}.isdisjoint(kinds):
            says.append("Please cancel the booking first.")
        if "not_begun" in kinds:
            says.append(
                "If nobody came, cancel the past visit; if somebody did, ask the cleaner to start and finish it."
            )
        if "talk" in kinds:
            says.append("Copy out of the talk what has to be kept, then end it.")
        return " ".join(says) or "Please try again once it is over."

    def what_you_can_do(self, kinds: Collection[str]) -> str:
        says = []
        if not {"unpaid", "upcoming"}.isdisjoint(kinds):
            says.append("Please cancel the booking first, then ask again.")
        if "not_begun" in kinds:
            says.append("Please tell us; we’ll settle it.")
        if "talk" in kinds:
            says.append("Please tell us that the talk may be ended.")
        return " ".join(says) or "Please ask again once it is over."

    def still_staff(self) -> str:
        return "That is a cleaner or an operator. Take the role back first, under staff."

    def erased(self) -> str:
        return "The personal details are erased."

    def erased_before(self) -> str:
        return "This customer was erased already."

    def erased_you(self) -> str:
        return "Everything about you is erased."

    def left(self) -> str:
        return "Left as it was."
