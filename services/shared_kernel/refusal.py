"""A command that the business refuses: expected, named, with nothing changed."""


class Refusal(Exception):
    """Base of every named refusal. Subclasses carry the figures that the answer to a person needs."""

    @property
    def name(self) -> str:
        """A stable English name, such as `SlotFull`."""
        return type(self).__name__


class NotFound(Refusal):
    """What was named isn't there (or isn't this caller's to see)."""


class StaleVersion(Refusal):
    """Somebody else changed it since it was read; read again and decide again."""
