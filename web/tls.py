"""How the server speaks TLS by itself: the versions and ciphers of today, and none before."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any, Final

CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; those of 1.3 are all good. Each has forward secrecy and seals what it encrypts."""


def context(_config: Any, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """The settings of every line, with the certificate that the server was started with."""
    made = make()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    made.set_ciphers(CIPHERS)
    return made
