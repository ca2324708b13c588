"""Run in a process of its own: which contracts does each injected import break?

Reads `[tree, [[file, line], …]]` as JSON from standard input; its last line of output is a list of contract ids
for each injection.
A process of its own, because the packages of the real tree are already imported in the one that runs the tests.
"""

import json
import sys
from pathlib import Path

from importlinter import api  # noqa: F401  (configures the library)
from importlinter.application import use_cases


def broken(tree: Path) -> list[str]:
    """Ids of the contracts that the packages in `tree` break."""
    options = use_cases.read_user_options(str(tree / "pyproject.toml"))
    use_cases._register_contract_types(options)
    ids = {contract["name"]: contract["id"] for contract in options.contracts_options}
    report = use_cases.create_report(options, cache_dir=str(tree / ".cache"))
    assert not report.invalid_contract_options, report.invalid_contract_options
    return [ids[contract.name] for contract, check in report.get_contracts_and_checks() if not check.kept]


def broken_with(tree: Path, file: str, line: str) -> list[str]:
    """The same, with one line added to a file for as long as it takes."""
    path = tree / file
    before = path.read_text()
    path.write_text(f"{before}\n{line}\n")
    try:
        return broken(tree)
    finally:
        path.write_text(before)


if __name__ == "__main__":
    root, injections = json.load(sys.stdin)
    sys.path.insert(0, root)
    answer = [broken_with(Path(root), module, line) for module, line in injections]
    print()
    print(json.dumps(answer))
