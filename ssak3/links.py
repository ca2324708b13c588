"""Addresses that people are given."""

from urllib.parse import urlencode


def invite_link(public_url: str, role: str, code: str) -> str:
    """Opens the page with the invite filled in."""
    return f"{public_url}/?{urlencode({role: code})}"


def report_file(public_url: str, broadcast_id: str) -> str:
    """Where an operator at the page gets a broadcast's CSV."""
    return f"{public_url}/chat/broadcasts/{broadcast_id}.csv"
