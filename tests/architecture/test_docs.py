"""What the pages say is so: paths, words, excerpts, tables, the picture."""

import re
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr
from typer.core import TyperGroup
from typer.main import get_command

from bot.conversation.reading import Intent, read
from services.shared_kernel.clock import KST
from ssak3.architecture import mermaid
from ssak3.cli import app
from ssak3.metrics import GAUGES, Metrics
from ssak3.settings import Settings
from ssak3.system import SystemClock
from storage.migrate import metadata_of
from storage.versions import CONTEXTS

ROOT = Path(__file__).parents[2]
READMES = {
    "README.md": ("Setting", "Command"),
    "README.ko.md": ("설정", "명령"),
}
PAGES = (
    *READMES,
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
)
FOLDERS = "bot|deploy|docs|messaging|services|ssak3|storage|tests"
MADE_BY_TESTS = {"docs/screenshot.png"}
TYPED = {
    "금요일 2시 마포 24평 집청소": Intent.BOOK,
    "마포구 OO로 12, 101동 502호": Intent.BOOK,
    "English please": Intent.LANG,
    "취소할게요": Intent.CANCEL,
    "내 정보 삭제해줘": Intent.ERASE,
}
ADR_PARTS = ("**Status:**", "## Context", "## Options", "## Decision", "## Consequences")

PATH = re.compile(rf"`((?:{FOLDERS})/[\w./-]*|[A-Za-z.-]+\.(?:md|toml|lock))`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
LABEL = re.compile(r"\[([가-힣][가-힣 ]*)\](?!\()")
QUOTE = re.compile(r"“([^”]+)”")
EXCERPT = re.compile(r"```python\n(.*?)```", re.DOTALL)


@cache
def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table whose first header cell is `heading`."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(f"| {heading} |"):
            break
    next(lines, None)
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


# Paths and links


@pytest.mark.parametrize("name", PAGES)
def test_every_path_is_there(name: str) -> None:
    """A page that names a file which has moved leads its reader astray."""
    named = set(PATH.findall(page(name)))
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    """Relative ones, from where the page is."""
    folder = (ROOT / name).parent
    linked = {(folder / target).resolve() for target in LINK.findall(page(name))}
    made = {ROOT / path for path in MADE_BY_TESTS}
    assert sorted(str(path) for path in linked - made if not path.exists()) == []


def test_a_wrong_path_would_be_found() -> None:
    """The tests above can fail."""
    assert PATH.findall("see `bot/nowhere.py`, `storage/`, `pyproject.toml`, `SSAK3_X`, `a/b`") == [
        "bot/nowhere.py",
        "storage/",
        "pyproject.toml",
    ]
    assert LINK.findall("[a](docs/b.md#c) [d](https://example.com) [e](#f)") == ["docs/b.md"]


# Words


def declares(path: str, term: str) -> bool:
    """As a class, a function, a field, a constant, a key or a value."""
    return re.search(rf"(?:class|def) {term}\b|\b{term}\s*[:=]|[\"']{term}[\"']", page(path)) is not None


def test_every_word_of_the_glossary_is_in_the_code() -> None:
    """Each term of a row is declared in one of the row's files."""
    entries = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in page("docs/glossary.md").splitlines()
        if line.startswith("| ") and not line.startswith("| 한국어")
    ]
    assert len(entries) > 50
    missing = [
        f"{term} in {' or '.join(code(where))}"
        for _, terms, where, _ in entries
        for term in code(terms)
        if not any(declares(path, term) for path in code(where))
    ]
    assert missing == []


# Excerpts


def has_lines(path: str, wanted: list[str]) -> bool:
    lines = [line.strip() for line in page(path).splitlines()]
    return any(lines[start : start + len(wanted)] == wanted for start in range(len(lines)))


def test_every_excerpt_is_in_the_file_that_was_named_last() -> None:
    """Indentation aside; `…` stands for what is left out."""
    text, wrong = page("CONTRIBUTING.md"), []
    for match in EXCERPT.finditer(text):
        path = PATH.findall(text[: match.start()])[-1]
        for part in match[1].split("…\n"):
            wanted = [line.strip() for line in part.strip().splitlines()]
            if not has_lines(path, wanted):
                wrong.append(f"{path}: {wanted[0]}")
    assert wrong == []


# Metrics


def metrics() -> dict[str, list[str]]:
    """Every one of ours, with its labels; a counter by the name under which it is asked for."""
    counted = [each for each in vars(Metrics(SystemClock())).values() if isinstance(each, MetricWrapperBase)]
    families = [(family, list(each._labelnames)) for each in counted for family in each.describe()]
    assert families
    named = {f"{each.name}_total" if each.type == "counter" else each.name: labels for each, labels in families}
    return named | {name: list(labels) for name, (_, labels) in GAUGES.items()}


def test_every_metric_is_told_with_its_labels() -> None:
    """And none that isn't there."""
    told = {code(name)[0]: code(labels) for name, labels, _ in rows(page("docs/observability.md"), "Metric")}
    assert told == metrics()
    asked = {name for cell, _ in rows(page("docs/observability.md"), "When") for name in re.findall(r"ssak3_\w+", cell)}
    assert asked
    assert asked <= told.keys()


# Decisions


def test_decisions_are_numbered_and_whole() -> None:
    """Each on one page, with the line that people quote first."""
    paths = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in paths] == list(range(1, len(paths) + 1))
    for number, path in enumerate(paths, start=1):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {number}. "), path
        assert lines[2].startswith("> "), path
        assert len(lines) <= 45, path
        assert [part for part in ADR_PARTS if not any(line.startswith(part) for line in lines)] == [], path


def test_every_decision_that_is_cited_exists() -> None:
    """In the pages and in the code."""
    known = {int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("*.md")}
    sources = [path for folder in FOLDERS.split("|") for path in (ROOT / folder).rglob("*.py")]
    texts = [*(page(name) for name in PAGES), *(path.read_text(encoding="utf-8") for path in sources)]
    cited = {int(number) for text in texts for number in re.findall(r"\bADR (\d+)", text)}
    assert cited <= known


# The READMEs


@pytest.mark.parametrize("name", READMES)
def test_picture_is_the_process_table(name: str) -> None:
    """Drawn anew by `python -m ssak3.architecture`."""
    assert f"```mermaid\n{mermaid()}\n```" in page(name)


def default_of(name: str) -> str:
    """A setting's default as the tables write it."""
    value = Settings.model_fields[name].get_default()
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return f"`{value}`" if value not in ("", None) else "–"


@pytest.mark.parametrize("name", READMES)
def test_every_setting_is_told(name: str) -> None:
    """With its default."""
    told = {code(names)[0]: default for names, default, _ in rows(page(name), READMES[name][0])}
    assert told == {f"SSAK3_{setting.upper()}": default_of(setting) for setting in Settings.model_fields}


def commands() -> set[str]:
    """Every command of the command line, those of groups with the group's name."""
    found = set()
    main = get_command(app)
    assert isinstance(main, TyperGroup)
    for name, command in main.commands.items():
        inner = command.commands if isinstance(command, TyperGroup) else {"": command}
        found |= {f"ssak3 {name} {each}".strip() for each in inner}
    return found


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_told(name: str) -> None:
    """And none that isn't there."""
    table = rows(page(name), READMES[name][1])
    told = {re.sub(r"( all| \[.*| \w+\\\|.*)$", "", code(cell)[0]) for cell, _ in table}
    assert told == commands()


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md"])
def test_every_make_target_is_there(name: str) -> None:
    """In code, not in prose."""
    targets = set(re.findall(r"^([a-z]+):.*##", page("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", page(name), re.MULTILINE)) <= targets


@pytest.mark.parametrize("name", READMES)
def test_every_requirement_is_told_with_its_test(name: str) -> None:
    """What is built names its acceptance test; every acceptance test of a requirement is named."""
    table = rows(page(name), "#")
    ids = [f"F{n}" for n in range(1, 10)] + [f"N{n}" for n in range(1, 6)] + [f"O{n}" for n in range(1, 10)]
    assert [row[0] for row in table] == [*ids, "P1", "P2", "P3", "P4"]
    named = {path for row in table for path in code(row[2]) if path.startswith("tests/acceptance/")}
    written = {str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "acceptance").glob("test_[fnop][0-9]_*.py")}
    assert named == written
    for number, _, where in table:
        for path in code(where):
            if path.startswith("tests/acceptance/"):
                assert Path(path).name.startswith(f"test_{number.lower()}_"), path


def test_of_every_table_it_is_told_how_long_it_is_kept() -> None:
    """Those that every context has stand there once, with dots for the context's name."""
    told = [name for row in rows(page("docs/keeping.md"), "Table") for name in code(row[0])]
    tables = {table for context in CONTEXTS for table in metadata_of(context).tables}
    common = {f"{context}_{name.removeprefix('…_')}" for context in CONTEXTS for name in told if name.startswith("…")}
    own = [name for name in told if not name.startswith("…")]
    assert sorted(own) == sorted(tables - common)
    assert all(any(table.endswith(name.removeprefix("…")) for table in tables) for name in told)


def texts_on_phones() -> str:
    """What the bot and the notices say in Korean."""
    spoken = [
        *(ROOT / "bot" / "conversation").glob("texts_ko*.py"),
        *(ROOT / "services" / "notification" / "templates" / "ko").glob("*.txt"),
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in spoken)


@pytest.mark.parametrize("name", READMES)
def test_the_tour_is_as_on_the_phones(name: str) -> None:
    """Buttons to tap are there, what is quoted is said, and what is to be typed is understood."""
    texts, labels = texts_on_phones(), LABEL.findall(page(name))
    assert len(labels) > 5
    assert sorted(label for label in labels if f'"{label}"' not in texts and f"[{label}](" not in texts) == []
    quotes = {re.sub(r"\s+", " ", quote) for quote in QUOTE.findall(page(name))}
    assert quotes >= TYPED.keys()
    assert sorted(quote for quote in quotes - TYPED.keys() if quote not in texts) == []
    now = datetime(2026, 11, 23, 15, tzinfo=KST)
    assert {text: read(text, now=now, asking=None).intent for text in TYPED} == TYPED


def test_both_readmes_tell_the_same() -> None:
    """Their tables name the same things, in the same order."""
    (english, korean), (headings, others) = map(page, READMES), READMES.values()
    for heading, other in zip((*headings, "#"), (*others, "#"), strict=True):
        assert [row[0] for row in rows(english, heading)] == [row[0] for row in rows(korean, other)]
    assert [code(row[2]) for row in rows(english, "#")] == [code(row[2]) for row in rows(korean, "#")]
    assert english.count("\n## ") == korean.count("\n## ")
    assert LABEL.findall(english) == LABEL.findall(korean)
