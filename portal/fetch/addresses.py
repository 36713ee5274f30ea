"""Which addresses the portal may be sent to by somebody else's link: public ones, in any spelling.

The question is put to numbers, never to names: whatever a link says ("localhost", 2130706433, 0x7f.1, [::ffff:127.0.0.1],
a name that answers differently each time), what counts is the address that the socket is about to connect to.
"""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Not public although some versions of Python's table call them global.
_NEVER_4 = tuple(
    ipaddress.IPv4Network(n)
    for n in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
    )
)
# Teredo, ORCHID, 6to4 (both carry an IPv4 address inside) and documentation.
_NEVER_6 = tuple(
    ipaddress.IPv6Network(n) for n in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# What an intranet is made of. Link-local (the clouds' metadata) and multicast stay closed even there.
_INTRANET = tuple(
    ipaddress.ip_network(n)
    for n in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)


def read_address(text: str) -> Address:
    """The address as the system prints it, without the zone of a link-local one."""
    return ipaddress.ip_address(text.partition("%")[0])


def is_public(address: Address) -> bool:
    """Whether the address belongs to the public Internet. An IPv4 address inside an IPv6 one is judged itself."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
        return (
            address in _GLOBAL_UNICAST
            and address.is_global
            and not any(address in n for n in _NEVER_6)
        )
    return (
        address.is_global and not address.is_multicast and not any(address in n for n in _NEVER_4)
    )


def is_intranet(address: Address) -> bool:
    """Whether the address is loopback or private: opened by a setting, for tests and intranets."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_intranet(inner)
    return any(address in network for network in _INTRANET if network.version == address.version)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that will really be reached, for mapped and NAT64 addresses."""
    if address in _MAPPED or address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
