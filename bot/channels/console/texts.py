"""What the terminal itself says, in both languages."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

Texts = Mapping[str, str]


def load() -> Mapping[str, Texts]:
    """Texts by language."""
    raw: Mapping[str, Texts] = tomllib.loads((files("bot.channels.console") / "texts.toml").read_text("utf-8"))
    return raw
