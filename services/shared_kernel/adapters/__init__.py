"""Adapters that more than one context uses."""
