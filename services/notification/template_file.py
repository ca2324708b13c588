"""One template file: read into its parts, and filled into a card. The format is told in `templates.py`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from services.notification.wording import ARGUMENT_KINDS, VARIABLES, Value, Variable, WrongValue, as_argument, written
from services.shared_kernel.card import Button, Card, Item
from services.shared_kernel.wording import LANGUAGES, Language

SHOWN = re.compile(r"#\{([^{}]*)\}")
ARGUMENT = re.compile(r"\{([^{}]*)\}")
_BUTTON = re.compile(r"\[([^\[\]]*)\]\(([^()]*)\)")
_SHOWN_NAMES: Mapping[Language, Mapping[str, Variable]] = {
    language: {
        variable.name(language): variable for variable in VARIABLES.values() if variable.kind not in ARGUMENT_KINDS
    }
    for language in LANGUAGES
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong in a template file, where, and what to do about it."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of text and where it stands."""

    number: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """An item (name and value) or a button (label and action), and where it stands."""

    number: int
    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Template:
    """One template in one language. `code` is its name in TRANSCRIPTS (C2, W1) or an operator's (O3)."""

    id: str
    language: Language
    code: str
    title: Line
    body: tuple[Line, ...]
    items: tuple[Labelled, ...]
    buttons: tuple[Labelled, ...]

    @property
    def file(self) -> str:
        """Its path below `templates/`."""
        return f"{self.language}/{self.id}.txt"

    def shown(self) -> Iterator[Line]:
        """Every text that people read and that may hold variables."""
        yield self.title
        yield from self.body
        yield from (Line(number=item.number, text=item.text) for item in self.items)

    @cached_property
    def variables(self) -> frozenset[str]:
        """The ids of all values that it needs; every variable in it must be known."""
        shown = (name for line in self.shown() for name in SHOWN.findall(line.text))
        arguments = (name for button in self.buttons for name in ARGUMENT.findall(button.text))
        return frozenset(_SHOWN_NAMES[self.language][name].id for name in shown) | frozenset(arguments)


class CannotRender(ValueError):
    """No such template, or its values are missing or wrong; the message names template and variable."""


def shown_names(language: Language) -> Mapping[str, Variable]:
    """The variables that a text may hold, by their name in this language's files."""
    return _SHOWN_NAMES[language]


def parse(language: Language, template_id: str, text: str) -> Template | list[Fault]:
    """The parts of a file, or why it can't be read."""
    file = f"{language}/{template_id}.txt"
    lines = [Line(number=n, text=row.strip()) for n, row in enumerate(text.splitlines(), start=1) if row.strip()]
    if not lines or not lines[0].text.startswith("# "):
        return [Fault(file=file, line=1, problem="no heading; start with a line like “# C2 payment approved”")]
    heading, *rest = lines
    if not rest or rest[0].text.startswith("["):
        return [Fault(file=file, line=heading.number, problem="no title; write it in the line after the heading")]
    title, *rest = rest
    buttons: tuple[Labelled, ...] = ()
    if rest and rest[-1].text.startswith("["):
        buttons = _buttons(rest.pop())
        if not buttons:
            return [Fault(file=file, line=lines[-1].number, problem="write buttons as [label](verb)[label](verb)")]
    faults = [
        Fault(file=file, line=line.number, problem="buttons belong together on the last line; move them there")
        for line in rest
        if line.text.startswith("[")
    ]
    if not any(not _is_item(line) for line in rest):
        faults.append(Fault(file=file, line=title.number, problem="no sentence below the title; write one"))
    return faults or Template(
        id=template_id,
        language=language,
        code=heading.text.split()[1],
        title=title,
        body=tuple(line for line in rest if not _is_item(line)),
        items=tuple(_item(line) for line in rest if _is_item(line)),
        buttons=buttons,
    )


def _is_item(line: Line) -> bool:
    return ": " in line.text or line.text.endswith(":")


def _item(line: Line) -> Labelled:
    name, _, value = line.text.partition(":")
    return Labelled(number=line.number, label=name.strip(), text=value.strip())


def _buttons(line: Line) -> tuple[Labelled, ...]:
    if _BUTTON.sub("", line.text).strip():
        return ()
    return tuple(
        Labelled(number=line.number, label=label.strip(), text=action.strip())
        for label, action in _BUTTON.findall(line.text)
    )


def filled(template: Template, values: Mapping[str, Value]) -> Card:
    """The card that people get. CannotRender names every missing value, or the first wrong one."""
    where = f"template {template.id} ({template.language})"
    missing = sorted(template.variables - values.keys())
    if missing:
        raise CannotRender(f"{where}: no value for {', '.join(missing)}")

    def text(line: str) -> str:
        return filled_text(line, template.language, values)

    def argument(match: re.Match[str]) -> str:
        return as_argument(VARIABLES[match.group(1)], values[match.group(1)])

    try:
        return Card(
            title=text(template.title.text),
            text="\n".join(text(line.text) for line in template.body),
            items=tuple(Item(name=item.label, value=text(item.text)) for item in template.items),
            buttons=tuple(
                Button(label=button.label, action=ARGUMENT.sub(argument, button.text)) for button in template.buttons
            ),
            notice=True,
        )
    except WrongValue as error:
        raise CannotRender(f"{where}: {error}") from error


def filled_text(text: str, language: Language, values: Mapping[str, Value]) -> str:
    """A text with its variables written out; there must be a value for each. WrongValue if one can't be written."""
    names = shown_names(language)

    def value(match: re.Match[str]) -> str:
        variable = names[match.group(1)]
        return written(variable, values[variable.id], language)

    return SHOWN.sub(value, text)
