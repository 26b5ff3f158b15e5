"""The messages of the Mobility Header that TS 24.303 uses, with their flags and options.
Lifetimes are in seconds. Reserved bits are kept, since a receiver has to ignore them: `reserved` of the
message itself, `header_reserved` of the Mobility Header (one byte)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv6Address
from typing import ClassVar, TypeAlias

from generators.packets.options import Option, padded

UNSPECIFIED = IPv6Address(0)
REVOCATION = 16  # Mobility Header type of both revocation messages, which differ in the byte that follows


@dataclass(frozen=True)
class BindingUpdate:
    """RFC 6275, 6.1.7; R: RFC 3963; P: RFC 5213; F: RFC 5555; T: RFC 5845.

    sequence_number: modulo 2**16. lifetime: seconds, a multiple of 4; 0 asks for removal.
    """

    sequence_number: int
    lifetime: int
    acknowledge: bool = True
    home_registration: bool = True
    link_local_compatible: bool = False
    key_management: bool = False
    map_registration: bool = False
    mobile_router: bool = False
    proxy_registration: bool = False
    forces_udp: bool = False
    tlv_header: bool = False
    reserved: int = 0
    header_reserved: int = 0
    options: tuple[Option, ...] = ()
    TYPE: ClassVar[int] = 5
    NAME: ClassVar[str] = "Binding Update"
    OPTIONS_AT: ClassVar[int] = 12


@dataclass(frozen=True)
class BindingAcknowledgement:
    """RFC 6275, 6.1.8. status: below 128 accepted. lifetime: seconds granted, a multiple of 4."""

    status: int
    sequence_number: int
    lifetime: int
    key_management: bool = False
    mobile_router: bool = False
    proxy_registration: bool = False
    tlv_header: bool = False
    reserved: int = 0
    header_reserved: int = 0
    options: tuple[Option, ...] = ()
    TYPE: ClassVar[int] = 6
    NAME: ClassVar[str] = "Binding Acknowledgement"
    OPTIONS_AT: ClassVar[int] = 12


@dataclass(frozen=True)
class BindingError:
    """RFC 6275, 6.1.9. status: 1 no binding for the home address option, 2 unknown message type.

    home_address: of the option that caused it; "::" if there was none.
    """

    status: int
    home_address: IPv6Address = UNSPECIFIED
    reserved: int = 0
    header_reserved: int = 0
    options: tuple[Option, ...] = ()
    TYPE: ClassVar[int] = 7
    NAME: ClassVar[str] = "Binding Error"
    OPTIONS_AT: ClassVar[int] = 24


@dataclass(frozen=True)
class BindingRefreshRequest:
    """RFC 6275, 6.1.2: the receiver is asked for a new Binding Update."""

    reserved: int = 0
    header_reserved: int = 0
    options: tuple[Option, ...] = ()
    TYPE: ClassVar[int] = 0
    NAME: ClassVar[str] = "Binding Refresh Request"
    OPTIONS_AT: ClassVar[int] = 8


@dataclass(frozen=True)
class BindingRevocationIndication:
    """RFC 5846: the sender ends a binding. trigger: why; 1 administrative. sequence_number: modulo 2**16."""

    trigger: int
    sequence_number: int
    proxy_binding: bool = False
    ipv4_binding_only: bool = False
    all_bindings: bool = False
    reserved: int = 0
    header_reserved: int = 0
    options: tuple[Option, ...] = ()
    TYPE: ClassVar[int] = REVOCATION
    KIND: ClassVar[int] = 1
    NAME: ClassVar[str] = "Binding Revocation Indication"
    OPTIONS_AT: ClassVar[int] = 12


@dataclass(frozen=True)
class BindingRevocationAcknowledgement:
    """RFC 5846. status: 0 success, 128 no such binding. sequence_number: of the indication answered."""

    status: int
    sequence_number: int
    proxy_binding: bool = False
    ipv4_binding_only: bool = False
    all_bindings: bool = False
    reserved: int = 0
    header_reserved: int = 0
    options: tuple[Option, ...] = ()
    TYPE: ClassVar[int] = REVOCATION
    KIND: ClassVar[int] = 2
    NAME: ClassVar[str] = "Binding Revocation Acknowledgement"
    OPTIONS_AT: ClassVar[int] = 12


Revocation: TypeAlias = BindingRevocationIndication | BindingRevocationAcknowledgement
Message: TypeAlias = BindingUpdate | BindingAcknowledgement | BindingError | BindingRefreshRequest | Revocation


def with_pads(message: Message) -> Message:
    """The message as it stands on the wire: with the pads that alignment asks for."""
    return replace(message, options=padded(message.options, message.OPTIONS_AT))
