"""Where a scale or a label printer may be called: in the networks of the house.

The mail server and the providers of single sign-on are named by the settings alone (`web.mail`,
`web.provider`). A scale or a label printer stands in reference data, which an administrator writes;
so its address is judged when it is called, after its name was looked up, and never leads out of the
house.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network

PRIVATE: Final[tuple[Network, ...]] = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "::1/128",
    )
)
"""Networks that end at the wall of a house, and this machine, where a print server may stand."""
PORT_MIN: Final = 1024
TELNET: Final = 23
"""Below the first port stand the services of machines; some serial boxes answer as telnet does."""


def may_be_device(number: str, port: int, networks: Collection[Network] = PRIVATE) -> bool:
    """Whether a scale or a printer may have this IP address and port.

    Never link-local ones, where a cloud keeps the secrets of its machines, whatever is set.
    """
    address = ip_address(number.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if port < PORT_MIN and port != TELNET:
        return False
    return any(address in network for network in networks if network.version == address.version)
