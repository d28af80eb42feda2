"""Connections to one site: never to an address in a private network, whatever a name server or a redirect says."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from urllib.parse import SplitResult

TIMEOUT: Final = 20.0
"""Seconds without a byte."""


class Forbidden(Exception):
    """An address that is not to be fetched; the message says why."""


class Unreachable(Exception):
    """A host that cannot be reached."""


def connected(address: SplitResult, *, private: bool) -> http.client.HTTPConnection:
    """Connect to the host of an address.

    Args:
        address: Whose host.
        private: Addresses of private networks are allowed, for the start is one.

    Raises:
        Forbidden: It is in a private network.
        Unreachable: There is no such host, or nobody listens.
    """
    host, port = address.hostname or "", address.port or (443 if address.scheme == "https" else 80)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        plain = _open(host, port, private=private)
        secure = address.scheme == "https"
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host} cannot be reached ({error})") from error
    return connection


def is_private(host: str, port: int) -> bool:
    """Whether any address of a host is in a private network; no for a host that has none."""
    try:
        return any(not ipaddress.ip_address(each).is_global for each in _addresses(host, port))
    except OSError:
        return False


def _open(host: str, port: int, *, private: bool) -> socket.socket:
    """Connect to what was checked: asking the name server again might give something else."""
    failure: OSError = OSError("it has no address")
    for each in _addresses(host, port):
        if not private and not ipaddress.ip_address(each).is_global:
            raise Forbidden(f"{host} is {each}, an address of a private network")
        try:
            return socket.create_connection((each, port), TIMEOUT)
        except OSError as error:
            failure = error
    raise failure


def _addresses(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
