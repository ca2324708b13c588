"""The rules that are cited by number, in the code, in the pages and by the audit, are told in `docs/rules.md`."""

import re

from tests.architecture.test_docs import FOLDERS, PAGES, ROOT, code, page, rows


def test_every_rule_that_is_cited_is_told() -> None:
    """In the code and in the pages; import rules are others."""
    known = [int(row[0]) for row in rows(page("docs/rules.md"), "#")]
    assert known == list(range(1, len(known) + 1))
    sources = [path for folder in FOLDERS.split("|") for path in (ROOT / folder).rglob("*.py")]
    texts = [*(page(name) for name in PAGES), *(path.read_text(encoding="utf-8") for path in sources)]
    cited = {
        int(number)
        for text in texts
        for numbers in re.findall(r"(?i)(?<!import )\brules? (\d+(?:(?:, | and | to )\d+)*)", text)
        for number in re.findall(r"\d+", numbers)
    }
    assert cited
    assert cited <= set(known)


def test_every_check_of_the_audit_is_told_with_its_rules() -> None:
    """By the numbers that its name begins with."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "ssak3" / "audit").glob("*.py")]
    names = {name for text in sources for name in re.findall(r'name="(\d[\d ]* [a-z ]+)"', text)}
    assert names
    told = {(number, name) for number, _, _, checks in rows(page("docs/rules.md"), "#") for name in code(checks)}
    assert told == {(number, name) for name in names for number in re.findall(r"\d+", name)}
