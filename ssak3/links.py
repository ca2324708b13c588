"""Addresses that people are given."""

from urllib.parse import urlencode


def invite_link(public_url: str, role: str, code: str) -> str:
    """Opens the page with the invite filled in."""
    return f"{public_url}/?{urlencode({role: code})}"
