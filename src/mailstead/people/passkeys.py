"""WebAuthn ceremonies (W3C, level 2, chapter 7): what is asked of a passkey, and whether what comes answers it.

Attestation is not asked for: which make of authenticator somebody has is theirs to know.
"""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from .errors import SignInRefused
from .person import Person
from .store import NewPasskey, Passkey

ANSWER_MAX = 64 * 1024
CHALLENGE_BYTES = 32
# What the library, or what it stands on, raises for an answer that a stranger made up.
_MADE_UP = (
    WebAuthnException,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    RecursionError,
    struct.error,
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """To whom passkeys belong: what browsers show, the host name, and the origin of its pages."""

    name: str
    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an authenticator says it signed, read but not believed yet."""

    text: str
    challenge: bytes
    credential: bytes


def creation_options(party: RelyingParty, person: Person, challenge: bytes, known: Sequence[bytes]) -> str:
    """Return what `navigator.credentials.create` is asked, as JSON; authenticators with a *known* one decline."""
    options = generate_registration_options(
        rp_id=party.host,
        rp_name=party.name,
        user_id=person.id.encode(),
        user_name=person.address,
        user_display_name=person.name or person.address,
        challenge=challenge,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return options_to_json(options)


def request_options(party: RelyingParty, challenge: bytes, allowed: Sequence[bytes], *, alone: bool) -> str:
    """Return what `navigator.credentials.get` is asked, as JSON; *alone*: the passkey must look at the person."""
    wish = UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=party.host, challenge=challenge, allow_credentials=_descriptors(allowed), user_verification=wish
    )
    return options_to_json(options)


def read_answer(text: str) -> Answer:
    """Read what a browser sent; raise SignInRefused for what is no answer of an authenticator."""

    def read() -> Answer:
        found = json.loads(text if len(text) <= ANSWER_MAX else "")
        client = json.loads(base64url_to_bytes(found["response"]["clientDataJSON"]))
        return Answer(text, base64url_to_bytes(client["challenge"]), base64url_to_bytes(found["rawId"]))

    return _believed(read)


def made(answer: Answer, party: RelyingParty) -> NewPasskey:
    """Return the passkey that was made for the answer's challenge; raise SignInRefused."""
    verified = _believed(
        lambda: verify_registration_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
        )
    )
    return NewPasskey(verified.credential_id, verified.credential_public_key, verified.sign_count)


def proven(answer: Answer, party: RelyingParty, passkey: Passkey, *, alone: bool) -> int:
    """Return the new sign count if *passkey* signed the answer's challenge; raise SignInRefused.

    A sign count that does not rise speaks of a copied authenticator (7.2, step 21): refused.
    """
    verified = _believed(
        lambda: verify_authentication_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=alone,
        )
    )
    _believed(lambda: _refuse_other_handle(answer, passkey, needed=alone))
    return verified.new_sign_count


def _refuse_other_handle(answer: Answer, passkey: Passkey, *, needed: bool) -> None:
    handle = parse_authentication_credential_json(answer.text).response.user_handle
    if (handle or needed) and handle != passkey.person.encode():
        raise ValueError("the passkey is of somebody else")


def _descriptors(credentials: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=credential) for credential in credentials]


def _believed(look: Callable[[], T]) -> T:
    try:
        return look()
    except _MADE_UP as error:
        remedy = "try again, or sign in another way"
        raise SignInRefused("this passkey was not accepted", field="passkey", remedy=remedy) from error
