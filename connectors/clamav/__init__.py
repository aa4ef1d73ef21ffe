"""Virus scanning by clamd (ClamAV's daemon)."""

from connectors.clamav.client import ClamdScanner, ClamdSettings

__all__ = ["ClamdScanner", "ClamdSettings"]
