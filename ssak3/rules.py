"""What the agency decides by files, its own or the packaged ones. ValueError or TypeError: what is wrong in one."""

import tomllib
from importlib.resources import files
from pathlib import Path

from services.cleaning.policies import DispatchPolicy
from services.cleaning.policies import parse_policies as parse_dispatch
from services.reservation.catalogue import Catalogue, parse_catalogue
from services.reservation.policies import Policies, parse_policies
from ssak3.settings import Settings


def catalogue_of(settings: Settings) -> Catalogue:
    """Services, areas, prices, and who the agency is."""
    return parse_catalogue(_text(settings.catalog, "services.reservation", "catalogue.toml"))


def policies_of(settings: Settings) -> Policies:
    """Holds, fees and refunds."""
    return parse_policies(_text(settings.policies, "services.reservation", "policies.toml"), settings.hold_minutes)


def dispatch_of(settings: Settings) -> DispatchPolicy:
    """How jobs are offered."""
    own = own_dispatch(settings.policies)
    return parse_dispatch(_text(own, "services.cleaning", "policies.toml"), settings.offer_minutes)


def own_dispatch(policies: Path | None) -> Path | None:
    """The agency's own policies, if they say how jobs are offered: one file may say all, or leave that as packaged."""
    return policies if policies and "dispatch" in tomllib.loads(policies.read_text(encoding="utf-8")) else None


def _text(own: Path | None, package: str, name: str) -> str:
    return (own or files(package) / name).read_text(encoding="utf-8")
