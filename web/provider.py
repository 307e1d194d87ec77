"""What a provider of single sign-on says of itself, and the few calls that we make to it.

Calls go to the provider's own hosts and nowhere else, and none of them can take long or grow big.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote_plus, urlsplit

from web.settings import ProviderSettings, is_guarded

# What calls and reads tokens is large, and waits until somebody comes by single sign-on.
if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session
    from joserfc.jwk import KeySet
    from requests import Session

WELL_KNOWN: Final = "/.well-known/openid-configuration"
KEPT_S: Final = 3600.0
"""How long what a provider says of itself is believed without asking again."""
ANEW_S: Final = 60.0
"""So often at most its keys are fetched again, when one is named that we do not know."""
REST_S: Final = 10.0
"""So long a provider that did not answer is left alone: nobody waits for it in a row."""
RSA_BITS_MIN: Final = 2048
AUTH_METHODS: Final = ("client_secret_basic", "client_secret_post")
DEFAULT_METHODS: Final = ("client_secret_basic",)
"""What holds where a provider does not say how a client proves itself."""


Found = TypeVar("Found")
Called = TypeVar("Called", bound="Session")


class ProviderFailed(Exception):
    """A provider did not answer, or not as it should; the message says what, and no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """What a provider says of itself. tells_issuer: it names itself to the browser (RFC 9207)."""

    authorize: str
    token: str
    keys: str
    auth_method: str
    tells_issuer: bool


class Provider:
    """One provider: what it says of itself and its keys, each kept for a while. For all threads."""

    def __init__(
        self, settings: ProviderSettings, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._lock = Lock()
        self._provided: tuple[float, Provided] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._failed_at: float | None = None

    def provided(self) -> Provided:
        """What it says of itself. Raises ProviderFailed."""
        with self._lock:
            return self._known()

    def keys(self, *, anew: bool = False) -> KeySet:
        """Its public keys. anew: ask again, unless that was just done. Raises ProviderFailed."""
        with self._lock:
            now = self._clock()
            if self._keys is None or now - self._keys[0] > (ANEW_S if anew else KEPT_S):
                self._keys = (now, self._ask(self._fetch_keys))
            return self._keys[1]

    def client(self, provided: Provided, **how: Any) -> OAuth2Session:
        """Somebody who calls at its token endpoint as us."""
        from authlib.integrations.requests_client import OAuth2Session

        client = OAuth2Session(
            self.settings.client_id,
            self.settings.client_secret or None,
            token_endpoint_auth_method=provided.auth_method,
            **how,
        )
        client.register_client_auth_method(("client_secret_basic", _basic))
        return self._guard(client, provided.token)

    def _known(self) -> Provided:
        now = self._clock()
        if self._provided is None or now - self._provided[0] > KEPT_S:
            self._provided = (now, self._ask(self._discover))
        return self._provided[1]

    def _ask(self, fetch: Callable[[], Found]) -> Found:
        """Ask the provider something, unless it left us waiting just now."""
        now = self._clock()
        if self._failed_at is not None and now - self._failed_at < REST_S:
            raise ProviderFailed("it did not answer a moment ago")
        try:
            found = fetch()
        except ProviderFailed:
            self._failed_at = now
            raise
        self._failed_at = None
        return found

    def _discover(self) -> Provided:
        issuer = self.settings.issuer
        said = self._get(issuer.rstrip("/") + WELL_KNOWN)
        if said.get("issuer") != issuer:
            raise ProviderFailed("it calls itself by another name than STOFSTROOM_OIDC_ISSUER says")
        if "S256" not in said.get("code_challenge_methods_supported", ["S256"]):
            raise ProviderFailed("it does not know PKCE with S256")
        return Provided(
            authorize=self._own(said, "authorization_endpoint"),
            token=self._own(said, "token_endpoint"),
            keys=self._own(said, "jwks_uri"),
            auth_method=self._auth_method(said),
            tells_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        )

    def _own(self, said: Mapping[str, Any], name: str) -> str:
        """An address that the provider names: as well guarded as that of the provider itself."""
        url = said.get(name)
        scheme = urlsplit(self.settings.issuer).scheme
        if not isinstance(url, str) or not is_guarded(url) or urlsplit(url).scheme != scheme:
            raise ProviderFailed(f"its {name} cannot be used")
        return url

    def _auth_method(self, said: Mapping[str, Any]) -> str:
        if not self.settings.client_secret:
            return "none"
        known = said.get("token_endpoint_auth_methods_supported", DEFAULT_METHODS)
        for method in AUTH_METHODS:
            if method in known:
                return method
        raise ProviderFailed("it does not take a client's secret")

    def _fetch_keys(self) -> KeySet:
        from joserfc.errors import JoseError
        from joserfc.jwk import JWKRegistry, KeySet, RSAKey

        found = self._get(self._known().keys).get("keys")
        keys = []
        for data in found if isinstance(found, list) else []:
            # What is not for us, or of a kind that we do not know, is none of our business.
            try:
                key = JWKRegistry.import_key(data)
            except (JoseError, ValueError, TypeError, KeyError):
                continue
            if not isinstance(key, RSAKey) or key.raw_value.key_size >= RSA_BITS_MIN:
                keys.append(key)
        if not keys:
            raise ProviderFailed("it has no keys that can be used")
        return KeySet(keys)

    def _get(self, url: str) -> dict[str, Any]:
        from requests import RequestException, Session
        from urllib3.exceptions import HTTPError

        session = self._guard(Session(), url)
        try:
            response = session.get(url, allow_redirects=False)
            said = response.json() if response.status_code == HTTPStatus.OK else None
        except (RequestException, HTTPError, ValueError) as error:
            raise ProviderFailed(f"no answer from {url}: {type(error).__name__}") from None
        if not isinstance(said, dict):
            raise ProviderFailed(f"no answer from {url}: status {response.status_code}")
        return said

    def _guard(self, session: Called, url: str) -> Called:
        """Let it reach the origin of one address only, whatever the environment says."""
        from web.guarded import Guarded

        session.trust_env = False
        session.adapters.clear()
        scheme, host, *_ = urlsplit(url)
        session.mount(f"{scheme}://{host}/", Guarded())
        session.verify = self.settings.authorities or True
        session.headers["Accept-Encoding"] = "identity"
        return session


def _basic(client: Any, _method: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    """The client's name and secret, each encoded first, as RFC 6749 section 2.3.1 has it."""
    both = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {b64encode(both.encode()).decode()}"
    return uri, headers, body
