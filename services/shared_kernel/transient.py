"""What isn't there yet, but will be."""


class NotYet(Exception):
    """Something that this needs comes later, from another context; the consumer tries again after a while."""


class Away(NotYet):
    """The database doesn't answer. Whether what was just written is there, nobody knows."""
