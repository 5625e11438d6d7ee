"""The operator's file of who is told what was decided. docs/integrations.md has an example.

Secrets stand in the environment, and the file names their variables: it can be shown and kept with the rest.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, assert_never
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.core.outbound import Ashby, Endpoint, Greenhouse, Lever, Webhook
from sandbox.core.signing import BadSecret, signing_key

MAX_BYTES = 64 * 1024
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=100)]


class BadEndpoints(Exception):
    """Safe to show: names the file, the entry and what to change, and no secret."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name


class _Generic(_Entry):
    kind: Literal["generic"]
    url: str
    secret_env: Variable


class _Greenhouse(_Entry):
    kind: Literal["greenhouse"]
    url: str = "https://app.greenhouse.io"
    key_env: Variable
    interviewer: str = Field(min_length=1, max_length=80)


class _Lever(_Entry):
    kind: Literal["lever"]
    url: str = "https://api.lever.co"
    key_env: Variable
    perform_as: str = Field(min_length=1, max_length=100)


class _Ashby(_Entry):
    kind: Literal["ashby"]
    url: str = "https://api.ashbyhq.com"
    key_env: Variable
    partner_id: UUID


_AnyEntry = Annotated[_Generic | _Greenhouse | _Lever | _Ashby, Field(discriminator="kind")]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: tuple[_AnyEntry, ...]


def read_endpoints(path: Path, environment: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """Raises BadEndpoints."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadEndpoints(
            f"{path} cannot be read ({error.strerror}); name another with --outbound"
        ) from error
    if len(text) > MAX_BYTES:
        raise BadEndpoints(f"{path} is larger than {MAX_BYTES} bytes; it should name endpoints only")
    try:
        entries = _File.model_validate(tomllib.loads(text.decode())).endpoint
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadEndpoints(f"{path} is no TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadEndpoints(f"{path}, {where}: {first['msg']}") from None
    names = [one.name for one in entries]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BadEndpoints(f"{path} has the name {min(twice)} twice; deliveries are known by it")
    try:
        return tuple(_endpoint(one, environment) for one in entries)
    except _Wrong as wrong:
        raise BadEndpoints(f"{path}, {wrong}") from None


class _Wrong(Exception):
    pass


def _endpoint(entry: _AnyEntry, environment: Mapping[str, str]) -> Endpoint:
    """Raises _Wrong."""
    _check_address(entry)
    secret = _secret(entry, environment)
    match entry:
        case _Generic():
            try:
                return Webhook(name=entry.name, url=entry.url, key=signing_key(secret))
            except BadSecret as error:
                raise _Wrong(f"{entry.name}: the variable {entry.secret_env}: {error}") from None
        case _Greenhouse():
            return Greenhouse(name=entry.name, url=entry.url, api_key=secret, interviewer=entry.interviewer)
        case _Lever():
            return Lever(name=entry.name, url=entry.url, api_key=secret, perform_as=entry.perform_as)
        case _Ashby():
            return Ashby(name=entry.name, url=entry.url, api_key=secret, partner_id=entry.partner_id)
        case _:
            assert_never(entry)


def _secret(entry: _AnyEntry, environment: Mapping[str, str]) -> str:
    """Raises _Wrong."""
    variable = entry.secret_env if isinstance(entry, _Generic) else entry.key_env
    secret = environment.get(variable, "").strip()
    if not secret:
        raise _Wrong(f"{entry.name}: the variable {variable} is not set or empty")
    if not all("!" <= one <= "~" for one in secret):
        raise _Wrong(f"{entry.name}: the variable {variable} has characters that no key has")
    return secret


def _check_address(entry: _AnyEntry) -> None:
    """Raises _Wrong."""
    try:
        parts = urlsplit(entry.url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _Wrong(f"{entry.name}: url is no address") from None
    if parts.scheme not in ("https", "http") or not host or "@" in parts.netloc or parts.fragment:
        raise _Wrong(f"{entry.name}: url must be https://host/..., without a user, a password or a #")
    if parts.scheme == "http" and not _loopback(host):
        raise _Wrong(f"{entry.name}: url must begin with https://; http is for this machine alone")
    if parts.query and not isinstance(entry, _Generic):
        raise _Wrong(f"{entry.name}: url must have no ?")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
