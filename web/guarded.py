"""Calls to a provider of single sign-on: none can take long, and no answer grows big."""

from __future__ import annotations

import io
from time import monotonic
from typing import Any, Final

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from web.provider import ProviderFailed

CONNECT_S: Final = 3.0
READ_S: Final = 5.0
WHOLE_S: Final = 10.0
BYTES_MAX: Final = 256 * 1024


class Guarded(HTTPAdapter):
    """Answers that come in time and are not large. What follows is never somewhere else."""

    def send(self, request: PreparedRequest, **how: Any) -> Response:  # type: ignore[override]
        began = monotonic()
        how |= {"timeout": (CONNECT_S, READ_S), "stream": True, "proxies": {}}
        response = super().send(request, **how)
        body = bytearray()
        try:
            for part in response.raw.stream(8192, decode_content=True):
                body += part
                if len(body) > BYTES_MAX or monotonic() - began > WHOLE_S:
                    raise ProviderFailed("the answer is too large or too slow")
        finally:
            response.close()
        response.raw = io.BytesIO(body)
        return response
