"""What a browser is asked about a passkey, and what its answer proves: pure, by `webauthn`.

A challenge is made by who asks, and is good for one answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.passkey_parties import Holder, Options, Party
from catalogue.errors import PasskeyFailed

HOUSE: Final = "Stofstroom"
CREDENTIAL_MAX: Final = 1400
_WRONG: Final = (
    WebAuthnException,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
)
"""What comes of a credential that was made up: it is taken apart before it is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new passkey. credential, public_key: in base64url."""

    credential: str
    public_key: str
    sign_count: int
    transports: str
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey that somebody shows, not proven yet. handle: whose the device says it is."""

    credential: str
    handle: str | None
    answer: AuthenticationCredential


@dataclass(frozen=True, slots=True)
class Used:
    """What a device said of a passkey as it signed: how often it was used, and whether it also
    lies elsewhere."""

    sign_count: int
    backed_up: bool


def options_to_make(
    holder: Holder, party: Party, *, challenge: bytes, patience: timedelta
) -> Options:
    """What a browser needs to make a passkey that its device keeps, and asks its holder about.

    Who made the device is not asked: nobody here would decide anything by it.
    """
    options = generate_registration_options(
        rp_id=party.name,
        rp_name=HOUSE,
        user_id=base64url_to_bytes(holder.handle),
        user_name=holder.email,
        user_display_name=holder.name,
        challenge=challenge,
        timeout=int(patience.total_seconds() * 1000),
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(
                id=base64url_to_bytes(credential),
                transports=[AuthenticatorTransport(one) for one in transports.split()],
            )
            for credential, transports in holder.known
        ],
    )
    return options_to_json_dict(options)


def options_to_show(party: Party, *, challenge: bytes, patience: timedelta) -> Options:
    """What a browser needs to show a passkey. It names nobody: a device knows whose it holds."""
    options = generate_authentication_options(
        rp_id=party.name,
        challenge=challenge,
        timeout=int(patience.total_seconds() * 1000),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def made(answer: str, party: Party, *, challenge: bytes) -> Made:
    """The passkey that a browser made. Raises PasskeyFailed."""
    with _believed():
        sent = parse_registration_credential_json(answer)
        _require_top(sent.response.client_data_json)
        _require_no_maker(sent.response.attestation_object)
        proven = verify_registration_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=party.name,
            expected_origin=party.origin,
            require_user_verification=True,
        )
        if proven.credential_id != sent.raw_id:
            raise ValueError("two names for one passkey")
    credential = bytes_to_base64url(proven.credential_id)
    if len(credential) > CREDENTIAL_MAX:
        raise PasskeyFailed(problem="answer")
    transports = {one.value for one in sent.response.transports or ()}
    return Made(
        credential=credential,
        public_key=bytes_to_base64url(proven.credential_public_key),
        sign_count=proven.sign_count,
        transports=" ".join(sorted(transports)),
        backed_up=proven.credential_backed_up,
    )


def shown(answer: str) -> Shown:
    """Which passkey a browser shows. Raises PasskeyFailed for what is none."""
    with _believed():
        sent = parse_authentication_credential_json(answer)
        _require_top(sent.response.client_data_json)
        handle = sent.response.user_handle
        said = bytes_to_base64url(handle) if handle is not None else None
        return Shown(bytes_to_base64url(sent.raw_id), said, sent)


def prove(one: Shown, party: Party, *, challenge: bytes, public_key: str) -> Used:
    """That its holder was asked, and signed this challenge for us. Raises PasskeyFailed.

    How often it was used is not judged here: only when the signature is right does it tell of a
    copy.
    """
    with _believed():
        proven = verify_authentication_response(
            credential=one.answer,
            expected_challenge=challenge,
            expected_rp_id=party.name,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    return Used(proven.new_sign_count, proven.credential_backed_up)


def goes_on(known: int, said: int) -> bool:
    """Whether a device counted on. Many count nothing, and say 0 for ever.

    Source: Web Authentication Level 2, section 7.2 step 21.
    """
    return said > known or said == known == 0


@contextmanager
def _believed() -> Iterator[None]:
    """Raise PasskeyFailed for whatever does not hold in what a browser brought."""
    try:
        yield
    except _WRONG as error:
        raise PasskeyFailed(problem="answer") from error


def _require_no_maker(attestation: bytes) -> None:
    """Raise ValueError for what somebody else vouches for: nobody was asked to."""
    said = parse_attestation_object(attestation)
    if said.fmt not in ("none", "packed") or said.att_stmt.x5c:
        raise ValueError("vouched for by a maker")


def _require_top(client_data: bytes) -> None:
    """Raise ValueError for what was made in a page within the page of somebody else."""
    if parse_client_data_json(client_data).cross_origin or "topOrigin" in json.loads(client_data):
        raise ValueError("made within another page")
