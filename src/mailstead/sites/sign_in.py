"""A provider of sign-ins in the platform file: OpenID Connect, by an identity that people have elsewhere."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from mailstead.ground.errors import InvalidInput
from mailstead.ground.names import TenantName
from mailstead.ground.values import Value

Word = Annotated[str, Field(pattern=r"^[!-~]{1,255}$")]


class SecondFactor(Value):
    """What an ID token says where its provider was given a second factor: one of *values* stands in *claim*."""

    claim: Word = "amr"
    values: tuple[Word, ...] = Field(min_length=1)


class SignIn(Value):
    """An OpenID Connect provider (Entra, Keycloak, AD FS). Its client secret is in the vault.

    Without `second_factor` its word never stands in for our own second factor. With `private` the issuer's host may
    have an address that the internet cannot reach. `trust`: certificates that may sign its own; None: this system's.
    """

    name: TenantName
    label: str = Field(min_length=1, max_length=40)
    issuer: str = Field(
        max_length=200, pattern=r"^https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?(/[!-~]*)?$"
    )
    client_id: Word
    scopes: tuple[Word, ...] = ("profile",)  # beside openid
    acr_values: tuple[Word, ...] = ()
    second_factor: SecondFactor | None = None
    private: bool = False
    trust: Path | None = None

    @field_validator("label")
    @classmethod
    def _one_line(cls, given: str) -> str:
        if not given.isprintable():
            raise InvalidInput("a label is one line", field="label", remedy="leave out line ends and control signs")
        return given

    @field_validator("issuer")
    @classmethod
    def _bare(cls, given: str) -> str:
        if "?" in given or "#" in given:
            remedy = "give what stands as issuer in its /.well-known/openid-configuration"
            raise InvalidInput("an issuer has no query", field="issuer", value=given, remedy=remedy)
        return given
