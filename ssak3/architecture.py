"""The picture of processes and messages in the README: drawn from the tables, `python -m ssak3.architecture`."""

from collections.abc import Iterator

from messaging.catalogue import FOLLOWS
from ssak3.processes import PROCESSES, Process


def mermaid() -> str:
    """A Mermaid flowchart: who serves whom, who relays events, and whose queue gets which contexts' events."""
    return "\n".join(("flowchart LR", *(f"    {line}" for line in _lines())))


def _lines() -> Iterator[str]:
    yield 'people(["customers, cleaners, operators"]) <--> bot'
    yield 'events{{"broker: a queue for each follower"}}'
    for name, process in PROCESSES.items():
        yield f'{name}["{_label(name, process)}"]'
    yield 'bot -- "pays, synchronously" --> payment'
    yield 'payment -- "Toss format" --> sandbox'
    for name, process in PROCESSES.items():
        if process.relays:
            yield f"{name} --> events"
        for consumer in process.consumes:
            yield f'events -- "{", ".join(FOLLOWS[consumer])}" --> {name}'


def _label(name: str, process: Process) -> str:
    """The process's name, what it serves and runs, and whose tables it opens."""
    parts = [part for part in (*process.serves, *process.loops) if part != name]
    rows = [f"<b>{name}</b>", ", ".join(parts)]
    if process.opens:
        tables = "every context's" if len(process.opens) > len(FOLLOWS) else ", ".join(process.opens)
        rows.append(f"<i>tables: {tables}</i>")
    return "<br>".join(row for row in rows if row)


if __name__ == "__main__":
    print(mermaid())
