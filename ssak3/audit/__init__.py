"""`ssak3 audit`: the promises of the design, checked from independent sources."""

from ssak3.audit.findings import Check, Finding
from ssak3.audit.run import audit_and_report, run_audit

__all__ = ["Check", "Finding", "audit_and_report", "run_audit"]
