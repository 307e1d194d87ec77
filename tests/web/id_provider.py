"""A provider of single sign-on that can be told to lie: what a real one never does for a test."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qs, unquote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

CLIENT: Final = "stofstroom"
SECRET: Final = "a secret: with + % and spaces"


@dataclass
class Lie:
    """What a provider says instead of the truth. claims: None takes one out of a token. alg, key:
    how it signs. header: what else it writes above. answer: of its token endpoint, whole."""

    claims: Mapping[str, Any] = field(default_factory=dict)
    alg: str = "ES256"
    key: Any = None
    header: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] | None = None


@dataclass
class IdProvider:
    """Grants codes and answers for them as the specifications say, unless it lies.

    metadata: what it says of itself beside the truth. seconds: since 1970, by its own clock.
    """

    issuer: str
    seconds: int = 0
    lie: Lie = field(default_factory=Lie)
    metadata: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, tuple[int, Mapping[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    granted: dict[str, tuple[Mapping[str, str], str]] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys["ES256"] = ECKey.generate_key("P-256", {"kid": "one"})

    def be_honest(self, seconds: int) -> None:
        """Tell the truth from now on, and forget what was asked. seconds: what its clock says."""
        self.lie, self.metadata, self.pages, self.seconds = Lie(), {}, {}, seconds
        self.asked.clear()

    def grant(self, asked: str, subject: str) -> dict[str, str]:
        """What the browser brings back from an address that we sent it to."""
        query = {name: texts[0] for name, texts in parse_qs(urlsplit(asked).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.granted[code] = (query, subject)
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def document(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }

    def answer(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        self.asked.append(path)
        if path in self.pages:
            return self.pages[path]
        if path == "/keys":
            said: Any = {"keys": [key.as_dict(private=False) for key in self.keys.values()]}
        elif path == "/.well-known/openid-configuration":
            said = self.document()
        else:
            return 404, {}, b"{}"
        return 200, {}, json.dumps(said).encode()

    def token(self, form: Mapping[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer for a code, once, to the client that it was granted to."""
        self.asked.append("/token")
        user = ":".join(map(unquote_plus, _basic(authorization).split(":")))
        query, subject = self.granted.pop(form.get("code", ""), ({}, ""))
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        )
        is_right = (
            user == f"{CLIENT}:{SECRET}"
            and query.get("redirect_uri") == form.get("redirect_uri")
            and query.get("code_challenge") == challenge.decode().rstrip("=")
        )
        if not is_right:
            return 400, {"error": "invalid_grant", "error_description": "<b>no</b>"}
        if self.lie.answer is not None:
            return 200, dict(self.lie.answer)
        token = self.id_token(subject, query["nonce"])
        return 200, {"access_token": "SECRET-ACCESS", "token_type": "Bearer", "id_token": token}

    def id_token(self, subject: str, nonce: str) -> str:
        claims = {
            "iss": self.issuer,
            "sub": subject,
            "aud": CLIENT,
            "exp": self.seconds + 300,
            "iat": self.seconds,
            "nonce": nonce,
            **self.lie.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        alg = self.lie.alg
        key: Any = self.lie.key or self.keys.get(alg)
        header = {"alg": alg, "kid": key.kid if key else "one", **self.lie.header}
        if alg == "none":
            return f"{_part(header)}.{_part(claims)}."
        return jwt.encode(header, claims, key, algorithms=[alg])


def key_for(alg: str, kid: str = "other") -> Any:
    """A new key for signatures of this kind."""
    if alg == "ES256":
        return ECKey.generate_key("P-256", {"kid": kid})
    if alg == "HS256":
        return OctKey.import_key(SECRET, {"kid": kid})
    if alg == "Ed25519":
        return OKPKey.generate_key("Ed25519", {"kid": kid})
    return RSAKey.generate_key(2048, {"kid": kid})


def _part(said: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def _basic(authorization: str) -> str:
    kind, _, said = authorization.partition(" ")
    return base64.b64decode(said).decode() if kind == "Basic" else ""


class _Server(ThreadingHTTPServer):
    provider: IdProvider


class _Asked(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._say(*self.server.provider.answer(self.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: texts[0] for name, texts in parse_qs(body).items()}
        status, said = self.server.provider.token(form, self.headers.get("authorization", ""))
        self._say(status, {}, json.dumps(said).encode())

    def _say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            # Whoever asked had read enough.
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nobody reads it."""


@contextmanager
def serving() -> Iterator[IdProvider]:
    """A provider on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), _Asked)
    server.provider = IdProvider(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.provider
    server.shutdown()
    thread.join()
    server.server_close()
