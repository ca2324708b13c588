"""The notification templates: loaded once, checked, rendered.

A template is two files, `templates/ko/<id>.txt` and `templates/en/<id>.txt`; adding one is dropping both in:

    # C7 두 시간 전                            heading: code, then what it is for
    두 시간 뒤에 방문해요                        title, at most 50 characters
    #{고객명}님, #{방문시각}에 도착할 예정이에요.    sentences
    주소: #{주소}                              items: a line with “: ” is one; its name has at most 6 characters
    [예약 보기](show:{reservation_id})          buttons, all on the last line: label and action

`#{…}` is shown to people: a Korean name in ko files, the id in en files (both in `wording.VARIABLES`). `{…}` goes
into an action, always by id; an action is a verb of `template_check.VERBS` with exactly its arguments. Sentences
below the items are shown above them. The limits are AlimTalk's, tried with the longest values.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.notification.template_check import faults_of
from services.notification.template_file import CannotRender, Fault, Template, filled, parse
from services.notification.wording import Value
from services.shared_kernel.card import Card
from services.shared_kernel.wording import Language

__all__ = ["CannotRender", "Fault", "FaultyTemplates", "Templates", "check", "load", "load_packaged", "read"]

_FILE = re.compile(r"(ko|en)/((?:customer|cleaner|operator|person)_[a-z0-9_]+)\.txt")


class FaultyTemplates(Exception):
    """The templates can't be used; the message lists every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("faulty notification templates:\n" + "\n".join(f"  {fault}" for fault in faults))


@dataclass(frozen=True, kw_only=True)
class Templates:
    """All templates, by id and language; checked, so that rendering fails only for missing or wrong values."""

    by_id: Mapping[tuple[str, Language], Template]

    def ids(self) -> frozenset[str]:
        """The id of every template."""
        return frozenset(template_id for template_id, _ in self.by_id)

    def variables(self, template_id: str) -> frozenset[str]:
        """The ids of the values that a template needs; the same in every language."""
        return self._get(template_id, "ko").variables

    def render(self, template_id: str, language: Language, values: Mapping[str, Value]) -> Card:
        """The card to send; more values than it needs do no harm. CannotRender says what is missing or wrong."""
        return filled(self._get(template_id, language), values)

    def title(self, template_id: str, language: Language) -> str:
        """The first line as it stands in lists, each value an ellipsis; the id itself for a template of the past."""
        template = self.by_id.get((template_id, language))
        return re.sub(r"#\{[^}]*\}", "…", template.title.text) if template else template_id

    def _get(self, template_id: str, language: Language) -> Template:
        template = self.by_id.get((template_id, language))
        if template is None:
            raise CannotRender(f"no template {template_id} ({language})")
        return template


@cache
def load_packaged() -> Templates:
    """The templates of this package, read from disk once. FaultyTemplates lists what is wrong with them."""
    return load(read(Path(__file__).parent / "templates"))


def read(folder: Path) -> Mapping[str, str]:
    """The contents of all files below a folder, by their path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8-sig", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def load(files: Mapping[str, str]) -> Templates:
    """The templates of these files (path → contents). FaultyTemplates if there is any fault."""
    templates, faults = _parsed(files)
    faults += faults_of(templates)
    if faults:
        raise FaultyTemplates(faults)
    return Templates(by_id={(template.id, template.language): template for template in templates})


def check(files: Mapping[str, str]) -> list[Fault]:
    """Everything that is wrong with these files (path → contents); empty when they are fine."""
    templates, faults = _parsed(files)
    return faults + faults_of(templates)


def _parsed(files: Mapping[str, str]) -> tuple[list[Template], list[Fault]]:
    templates: list[Template] = []
    faults: list[Fault] = []
    if not files:
        faults.append(Fault(file="templates", line=1, problem="no template files; reinstall the package"))
    for path, text in sorted(files.items()):
        match = _FILE.fullmatch(path)
        if match is None:
            problem = "not a template's name; call it ko|en/<customer|cleaner|operator|person>_<what_happened>.txt"
            faults.append(Fault(file=path, line=1, problem=problem))
            continue
        language: Language = "ko" if match.group(1) == "ko" else "en"
        twin = f"{'en' if language == 'ko' else 'ko'}/{match.group(2)}.txt"
        if twin not in files:
            faults.append(Fault(file=path, line=1, problem=f"not in the other language; add {twin}"))
        result = parse(language, match.group(2), text)
        if isinstance(result, Template):
            templates.append(result)
        else:
            faults += result
    return templates, faults
