"""A catalogue in which there is always a place."""

from importlib.resources import files
from pathlib import Path

AREAS = [f"area-{number}" for number in range(40)]
PLACES = 1_000_000


def free_catalogue(folder: Path) -> Path:
    """The packaged one with many areas and places, written into the folder."""
    path = folder / "catalogue.toml"
    if not path.exists():
        packaged = files("services.reservation").joinpath("catalogue.toml").read_text(encoding="utf-8")
        head, _, rest = packaged.partition("[[areas]]")
        settings, _, _ = head.partition("[capacity]")
        services = rest[rest.index("[[services]]") :]
        capacity = "\n".join(f"{day} = {PLACES}" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
        areas = "\n".join(f'[[areas]]\nid = "{area}"\nko = "{area}"\nen = "{area}"' for area in AREAS)
        path.write_text(f"{settings}\n[capacity]\n{capacity}\n{areas}\n{services}")
    return path
