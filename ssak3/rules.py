"""What the agency decides by files, its own or the packaged ones. WrongFile: which one can't be used, and why."""

import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from services.cleaning.policies import DispatchPolicy
from services.cleaning.policies import parse_policies as parse_dispatch
from services.reservation.catalogue import Catalogue, parse_catalogue
from services.reservation.policies import Policies, parse_policies
from ssak3.settings import Settings, WrongSettings

T = TypeVar("T")


class WrongFile(WrongSettings):
    """Not as it has to be; `why` is without the file's name."""

    def __init__(self, setting: str, path: Path | None, why: str) -> None:
        super().__init__(f"SSAK3_{setting}: {path or 'the packaged file'} can't be used: {why}.")
        self.why = why


def catalogue_of(settings: Settings) -> Catalogue:
    """Services, areas, prices, and who the agency is."""
    own = settings.catalog
    return _parsed("CATALOG", own, lambda: parse_catalogue(_text(own, "services.reservation", "catalogue.toml")))


def policies_of(settings: Settings) -> Policies:
    """Holds, fees and refunds."""
    own, held = settings.policies, settings.hold_minutes
    return _parsed("POLICIES", own, lambda: parse_policies(_text(own, "services.reservation", "policies.toml"), held))


def dispatch_of(settings: Settings) -> DispatchPolicy:
    """How jobs are offered."""
    own, minutes = own_dispatch(settings.policies), settings.offer_minutes
    return _parsed("POLICIES", own, lambda: parse_dispatch(_text(own, "services.cleaning", "policies.toml"), minutes))


def own_dispatch(policies: Path | None) -> Path | None:
    """The agency's own policies, if they say how jobs are offered: one file may say all, or leave that as packaged."""
    if policies is None:
        return None
    says = _parsed("POLICIES", policies, lambda: tomllib.loads(policies.read_text(encoding="utf-8")))
    return policies if "dispatch" in says else None


def _parsed(setting: str, path: Path | None, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except (ValueError, TypeError, OSError) as error:
        raise WrongFile(setting, path, str(error)) from None


def _text(own: Path | None, package: str, name: str) -> str:
    return (own or files(package) / name).read_text(encoding="utf-8")
