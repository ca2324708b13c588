"""docker-compose.yml as Compose reads it: variables filled in, each service's command, environment and files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
# The innermost one: what is inside another is filled in first.
VARIABLE = re.compile(r"\$\{(\w+)(?:(:?[-?])([^{}$]*))?\}")


class MissingVariable(Exception):
    """As `docker compose` stops with."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """`files` are mounted: path in the container → path here."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    files: Mapping[str, Path]


def fill_in(text: str, variables: Mapping[str, str]) -> str:
    """`${A}`, `${A:-default}`, `${A-default}`, `${A:?why}`, `${A?why}`, one in another, and `$$`."""

    def value(match: re.Match[str]) -> str:
        name, how, rest = match.groups()
        given = variables.get(name)
        is_given = bool(given) if (how or "").startswith(":") else given is not None
        if not is_given and (how or "").endswith("?"):
            raise MissingVariable(f"required variable {name} is missing a value: {rest}")
        return (given if given is not None and is_given else rest or "").replace("$", "\0")

    text, count = text.replace("$$", "\0"), 1
    while count:
        text, count = VARIABLE.subn(value, text)
    assert "$" not in text, text
    return text.replace("\0", "$")


def read_compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """The whole file. MissingVariable without a variable that it insists on."""
    return dict(_filled(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")), variables))


def _filled(node: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {name: _filled(value, variables) for name, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, variables) for value in node]
    return fill_in(node, variables) if isinstance(node, str) else node


def own_services(compose: Mapping[str, Any]) -> dict[str, Service]:
    """Those that run our image."""
    return {
        name: Service(
            name=name,
            command=raw["command"],
            environment=raw["environment"],
            files={one["target"]: ROOT / compose["configs"][one["source"]]["file"] for one in raw["configs"]},
        )
        for name, raw in compose["services"].items()
        if raw["image"] == "ssak3"
    }


def read_env(path: Path) -> dict[str, str]:
    """The variables of a `.env`."""
    lines = (line.partition("=") for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in lines}
