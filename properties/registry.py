"""All properties by identifier, and those that need more than a scenario of one UE without clocks."""

from __future__ import annotations

from model.language.errors import ModelError, nearest
from properties.addresses import ADDRESS_PROPERTIES
from properties.attacks import ATTACK_PROPERTIES
from properties.binding import BINDING_PROPERTIES
from properties.endings import ENDING_PROPERTIES
from properties.entries import ENTRY_PROPERTIES
from properties.exchanges import EXCHANGE_PROPERTIES
from properties.ipv4 import IPV4_PROPERTIES
from properties.kinds import Property
from properties.liveness import LIVENESS_PROPERTIES
from properties.reactions import REACTION_PROPERTIES
from properties.recovery import RECOVERY_PROPERTIES
from properties.revocation import REVOCATION_PROPERTIES
from properties.security_association import SECURITY_ASSOCIATION_PROPERTIES
from properties.witnesses import WITNESSES

ALL_PROPERTIES: tuple[Property, ...] = (
    *SECURITY_ASSOCIATION_PROPERTIES,
    *BINDING_PROPERTIES,
    *EXCHANGE_PROPERTIES,
    *ENTRY_PROPERTIES,
    *REACTION_PROPERTIES,
    *REVOCATION_PROPERTIES,
    *ENDING_PROPERTIES,
    *ADDRESS_PROPERTIES,
    *IPV4_PROPERTIES,
    *LIVENESS_PROPERTIES,
    *RECOVERY_PROPERTIES,
    *ATTACK_PROPERTIES,
    *WITNESSES,
)
BY_IDENTIFIER = {entry.identifier: entry for entry in ALL_PROPERTIES}


def property_called(identifier: str) -> Property:
    """The property with this identifier. Raises ModelError naming the nearest one."""
    if identifier not in BY_IDENTIFIER:
        raise ModelError(f'unknown property "{identifier}": {nearest(identifier, BY_IDENTIFIER)}')
    return BY_IDENTIFIER[identifier]
