"""What must hold of every notification template, tried with the longest values."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches

from services.notification.template_file import SHOWN, Fault, Template, filled, shown_names
from services.notification.wording import VARIABLES, Kind, advertising_words, longest_values
from services.shared_kernel.card import Card
from services.shared_kernel.wording import Language

TITLE_LONGEST = 50
BODY_LONGEST = 400  # ours (TRANSCRIPTS §5), sentences and items together; AlimTalk takes 1,000
BUTTONS_MOST = 5
LABEL_LONGEST = 14
ITEM_NAME_LONGEST = 6
ACTION_LONGEST_BYTES = 64  # Telegram's callback data

_RESERVATION = ("reservation_id", "reservation_version")
_JOB = ("job_id", "visit_revision")
# What a button may do, and the arguments of its action.
VERBS: Mapping[str, tuple[str, ...]] = {
    "pay": _RESERVATION,
    "move": _RESERVATION,
    "cancel": _RESERVATION,
    "refund_all": _RESERVATION,
    "show": ("reservation_id",),
    "report": ("reservation_id",),
    "my": (),
    "book": (),
    "help": (),
    "human": (),
    "accept": _JOB,
    "decline": _JOB,
    "en_route": _JOB,
    "start": _JOB,
    "finish": _JOB,
    "jobs": (),
    "retry_refund": ("refund_id",),
    "handover": ("thread_id",),
    "dead": (),
    "bc_list": (),
    "opt_out": (),
}

_CODE = re.compile(r"[CWOP]\d+(-\d+)?")
_HANGUL = re.compile("[ㄱ-ㆎ가-힣]")
# Particles that depend on the sound before them (TRANSCRIPTS §5): only money, which ends in 원, tells the sound.
_PARTICLE = re.compile(r"#\{([^{}]*)\}(이에요|예요|으로|로|이랑|랑|은|는|이|가|을|를|과|와)(?![가-힣])")
_AFTER_WON = frozenset({"이에요", "으로", "이랑", "은", "이", "을", "과"})


def faults_of(templates: list[Template]) -> list[Fault]:
    """Everything that is wrong with these templates, each and between languages."""
    faults: list[Fault] = []
    sound: list[Template] = []
    for template in templates:
        found = [fault for inspect in _INSPECTIONS for fault in inspect(template)]
        if not found:
            found = list(_sizes(template))
            sound.append(template)
        faults += found
    return faults + list(_languages_differ(sound)) + list(_codes_shared(templates))


def _fault(template: Template, line: int, problem: str) -> Fault:
    return Fault(file=template.file, line=line, problem=problem)


def _heading(template: Template) -> Iterator[Fault]:
    if not _CODE.fullmatch(template.code):
        yield _fault(template, 1, f"code “{template.code}”; use C, W, O or P and a number, such as C12-1")


def _shown_variables(template: Template) -> Iterator[Fault]:
    known = shown_names(template.language)
    for line in template.shown():
        for name in SHOWN.findall(line.text):
            if name not in known:
                close = get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)
                yield _fault(template, line.number, f"unknown variable #{{{name}}}; did you mean {', '.join(close)}?")
        if set(SHOWN.sub("", line.text)) & set("{}"):
            yield _fault(template, line.number, "a brace on its own; write variables as #{name}")
        if "\ufffd" in line.text:
            yield _fault(template, line.number, "not UTF-8; save the file as UTF-8")


def _particles(template: Template) -> Iterator[Fault]:
    known = shown_names(template.language)
    for line in template.shown() if template.language == "ko" else ():
        for name, particle in _PARTICLE.findall(line.text):
            money = name in known and known[name].kind is Kind.MONEY
            if not (money and particle in _AFTER_WON):
                problem = f"“{particle}” after #{{{name}}} is wrong for some values; put a fixed word between them"
                yield _fault(template, line.number, problem)


def _untranslated(template: Template) -> Iterator[Fault]:
    if template.language == "en":
        labels = [(entry.number, entry.label) for entry in (*template.items, *template.buttons)]
        for number, text in [(line.number, line.text) for line in template.shown()] + labels:
            # Unknown variables, Korean names among them, are told elsewhere.
            if _HANGUL.search(SHOWN.sub("", text)):
                yield _fault(template, number, "Korean in an English template; translate it")


def _items(template: Template) -> Iterator[Fault]:
    for item in template.items:
        if not 1 <= len(item.label) <= ITEM_NAME_LONGEST:
            problem = f"item name “{item.label}” has {len(item.label)} characters; at most {ITEM_NAME_LONGEST} fit"
            yield _fault(template, item.number, problem + ", and a sentence may not have “: ”")
        if set(item.label) & set("#{}"):
            yield _fault(template, item.number, f"item name “{item.label}” holds a variable; write fixed words")
        if not item.text:
            yield _fault(template, item.number, f"item “{item.label}” is empty; give it a value")


def _buttons(template: Template) -> Iterator[Fault]:
    if len(template.buttons) > BUTTONS_MOST:
        line = template.buttons[0].number
        yield _fault(template, line, f"{len(template.buttons)} buttons; keep {BUTTONS_MOST} at most")
    for button in template.buttons:
        if not 1 <= len(button.label) <= LABEL_LONGEST:
            problem = f"button “{button.label}” has {len(button.label)} characters; write 1 to {LABEL_LONGEST}"
            yield _fault(template, button.number, problem)
        if set(button.label) & set("#{}"):
            yield _fault(template, button.number, f"button “{button.label}” holds a variable; write fixed words")
        verb, *arguments = button.text.split(":")
        if verb not in VERBS:
            yield _fault(template, button.number, f"unknown verb “{verb}”; use one of {', '.join(sorted(VERBS))}")
        elif arguments != [f"{{{name}}}" for name in VERBS[verb]]:
            wanted = ":".join([verb, *(f"{{{name}}}" for name in VERBS[verb])])
            yield _fault(template, button.number, f"action “{button.text}”; write {wanted}")


def _advertising(template: Template) -> Iterator[Fault]:
    labels = [(entry.number, entry.label) for entry in (*template.items, *template.buttons)]
    for number, text in [(line.number, line.text) for line in template.shown()] + labels:
        for word in advertising_words(text):
            yield _fault(template, number, f"“{word}” makes it advertising; information must do without")


_INSPECTIONS: tuple[Callable[[Template], Iterator[Fault]], ...] = (
    _heading,
    _shown_variables,
    _particles,
    _untranslated,
    _items,
    _buttons,
    _advertising,
)


def _sizes(template: Template) -> Iterator[Fault]:
    card = filled(template, longest_values())
    if len(card.title) > TITLE_LONGEST:
        problem = f"title of up to {len(card.title)} characters; shorten it to {TITLE_LONGEST}"
        yield _fault(template, template.title.number, problem)
    length = len(body_text(card))
    if length > BODY_LONGEST:
        problem = f"body of up to {length} characters with the longest values; shorten it to {BODY_LONGEST}"
        yield _fault(template, template.body[0].number, problem)
    for button, drawn in zip(template.buttons, card.buttons, strict=True):
        size = len(drawn.action.encode())
        if size > ACTION_LONGEST_BYTES:
            yield _fault(template, button.number, f"action of up to {size} bytes; {ACTION_LONGEST_BYTES} fit")


def body_text(card: Card) -> str:
    """What counts against the limit of a notice's body: sentences and items."""
    return "\n".join([card.text, *(f"{item.name}: {item.value}" for item in card.items)])


def _languages_differ(templates: list[Template]) -> Iterator[Fault]:
    korean = {template.id: template for template in templates if template.language == "ko"}
    for english in (template for template in templates if template.language == "en" and template.id in korean):
        twin = korean[english.id]
        for name in sorted(twin.variables - english.variables):
            yield _fault(english, 1, f"doesn't use {name}, which {twin.file} does; use it in both or in none")
        for name in sorted(english.variables - twin.variables):
            korean_name = VARIABLES[name].korean
            yield _fault(twin, 1, f"doesn't use {korean_name}, which {english.file} does; use it in both or in none")
        if [button.text for button in english.buttons] != [button.text for button in twin.buttons]:
            yield _fault(english, 1, f"its buttons act differently from those of {twin.file}; make them the same")
        if english.code != twin.code:
            yield _fault(english, 1, f"code {english.code}, but {twin.file} says {twin.code}; make them the same")


def _codes_shared(templates: list[Template]) -> Iterator[Fault]:
    first: dict[tuple[Language, str], Template] = {}
    for template in templates:
        other = first.setdefault((template.language, template.code), template)
        if other is not template:
            yield _fault(template, 1, f"code {template.code} is taken by {other.file}; choose another")
