"""The EICAR test string: harmless, and found by every virus scanner. Put together here, so that it stands in no file of ours."""

from __future__ import annotations

_PIECES = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}", "$EICAR", "-STANDARD-ANTIVIRUS-", "TEST-FILE!", "$H+H*")


def eicar() -> bytes:
    """The 68 bytes (eicar.org, «Anti-Malware Testfile»)."""
    return "".join(_PIECES).encode()
