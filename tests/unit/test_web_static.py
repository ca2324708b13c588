"""The chat page's files: safe to serve under a strict content policy, complete in both languages."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "bot" / "channels" / "web" / "static"
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
STYLES = sorted((STATIC / "css").glob("*.css"))
DRAWINGS = sorted(STATIC.rglob("*.svg"))
ALL = [STATIC / "index.html", *SCRIPTS, *STYLES, *DRAWINGS]


def named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=path.name) for path in paths]


class Tags(HTMLParser):
    """Collects every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def page_tags() -> list[tuple[str, dict[str, str | None]]]:
    tags = Tags()
    tags.feed((STATIC / "index.html").read_text(encoding="utf-8"))
    return tags.found


@pytest.mark.parametrize("path", named(ALL))
def test_a_file_is_short_and_asks_nothing_of_other_sites(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    elsewhere = set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s'\"]*", text))
    assert elsewhere <= {"http://www.w3.org/2000/svg"}
    assert "url(" not in text


@pytest.mark.parametrize("path", named(SCRIPTS))
def test_a_script_never_reads_data_as_html_or_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\('style'"
    assert not re.search(forbidden, text)


@pytest.mark.parametrize("path", named(SCRIPTS))
def test_every_import_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for names, source in re.findall(r"import \{([^}]+)\} from '([^']+)'", text):
        exported = (path.parent / source).read_text(encoding="utf-8")
        for name in (part.strip() for part in names.split(",") if part.strip()):
            assert re.search(rf"export (?:async )?(?:function|const|class) {name}\b", exported), f"{name} from {source}"


def test_the_page_has_nothing_inline_and_all_its_files_exist() -> None:
    for tag, attributes in page_tags():
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        for address in (attributes.get("src"), attributes.get("href")):
            assert address is None or (STATIC / address.removeprefix("/static/")).is_file(), address


@pytest.mark.parametrize("path", named(SCRIPTS))
def test_every_drawing_a_script_names_exists(path: Path) -> None:
    for address in re.findall(r"/static/(img/[\w/${}.]+)", path.read_text(encoding="utf-8")):
        roles = ["customer", "cleaner", "operator"] if "${role}" in address else [""]
        for role in roles:
            assert (STATIC / address.replace("${role}", role)).is_file()


def sentences() -> tuple[dict[str, str], dict[str, str]]:
    text = (STATIC / "js" / "texts.js").read_text(encoding="utf-8")
    korean, english = (
        dict(re.findall(r"^  (\w+): '(.*)',$", table, re.MULTILINE))
        for table in re.findall(r"const (?:KO|EN) = \{(.*?)^\};", text, re.MULTILINE | re.DOTALL)
    )
    return korean, english


def test_both_languages_say_the_same_things() -> None:
    korean, english = sentences()
    assert len(korean) > 50
    assert list(korean) == list(english)
    for key, sentence in korean.items():
        assert sorted(re.findall(r"\{\w+\}", sentence)) == sorted(re.findall(r"\{\w+\}", english[key])), key


def test_every_sentence_asked_for_is_written() -> None:
    korean, _ = sentences()
    asked = {attributes.get(name) for _, attributes in page_tags() for name in ("data-i18n", "data-i18n-label")}
    for path in SCRIPTS:
        asked |= set(re.findall(r"\bt\('(\w+)'", path.read_text(encoding="utf-8")))
    assert asked - {None} <= set(korean)


def test_every_drawing_is_only_a_drawing() -> None:
    for path in DRAWINGS:
        assert not re.search(r"<script|<foreignObject|\son\w+=|href=", path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize(
    "hook",
    ["chat-log", "chat-input", "chat-send", "quick-replies", "card-button", "join-code", "join-demo", "event-line"]
    + [f"demo-provider-{mode}" for mode in ("normal", "slow", "down", "declining", "unknown")]
    + ["demo-notifications", "phone-${role}", "tab-${role}"],
)
def test_the_hooks_that_browser_tests_use_are_there(hook: str) -> None:
    everything = "".join(path.read_text(encoding="utf-8") for path in [STATIC / "index.html", *SCRIPTS])
    assert re.search(rf"data-testid(?:=|': )[\"'`]{re.escape(hook)}[\"'`]", everything)
