"""deploy/Dockerfile as it stands: instructions in order, and what may come into the image."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.distributed.compose import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
IGNORED = ROOT / "deploy" / "Dockerfile.dockerignore"


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """`stage` counts from 0."""

    stage: int
    name: str
    rest: str

    @property
    def words(self) -> list[str]:
        """Of its exec form. ValueError if it is a shell's."""
        return list(json.loads(self.rest[self.rest.index("[") :]))


def instructions() -> list[Instruction]:
    """Continued lines in one, without comments."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.startswith("#")]
    found, stage = [], -1
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            name, rest = line.split(maxsplit=1)
            stage += name == "FROM"
            found.append(Instruction(stage=stage, name=name, rest=rest))
    return found


def of_image(name: str) -> list[Instruction]:
    """The last stage's, which is the image."""
    every = instructions()
    return [one for one in every if one.name == name and one.stage == every[-1].stage]


def environment() -> dict[str, str]:
    """What the image sets."""
    return dict(pair.split("=", 1) for one in of_image("ENV") for pair in one.rest.split())


def healthcheck() -> Sequence[str]:
    """Its command."""
    [check] = of_image("HEALTHCHECK")
    return check.words


def entrypoint() -> Sequence[str]:
    [entry] = of_image("ENTRYPOINT")
    return entry.words


def is_sent(path: str) -> bool:
    """Whether a build sees it: the last pattern that matches it, or a folder above it, decides."""
    parts = path.split("/")
    above = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    sent = True
    for line in IGNORED.read_text().splitlines():
        pattern = line.lstrip("!")
        if line and not line.startswith("#") and any(_matches(one, pattern) for one in above):
            sent = line.startswith("!")
    return sent


def _matches(path: str, pattern: str) -> bool:
    anywhere = pattern.removeprefix("**/")
    if anywhere != pattern:
        return any(fnmatchcase(part, anywhere) for part in path.split("/"))
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)
