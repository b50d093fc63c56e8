"""How services are called: encryption, who asks, patience."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from knnlm_client.retry import Retry


@dataclass(frozen=True)
class Tls:
    """Encryption; all files are PEM.

    `ca` holds the authorities to trust (the system's without it); `certificate` and `key` are the client's own, where
    services ask for one.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate, key: one is given without the other")


@dataclass(frozen=True)
class Options:
    """What all clients take.

    `tls`: None talks plain text. `token`: sent as a bearer token; `user`: name and password for eval-service instead.
    Neither leaves this machine unencrypted. `timeout`: seconds for a call, but for those that follow a job. `progress`:
    whether long jobs show a bar. `max_message_bytes`: the largest reply message that is taken.
    """

    tls: Tls | None = None
    token: str | None = field(default=None, repr=False)
    user: tuple[str, str] | None = field(default=None, repr=False)
    timeout: float = 300.0
    retry: Retry = field(default_factory=Retry)
    progress: bool = True
    max_message_bytes: int = 64 << 20

    def __post_init__(self) -> None:
        if self.token is not None and self.user is not None:
            raise ValueError("token, user: only one of them can say who asks")

    def check_secrets(self, host: str, *, encrypted: bool) -> None:
        """ValueError when a secret would go over a network in plain text."""
        if (self.token or self.user) and not encrypted and not _is_loopback(host):
            raise ValueError(f"a token or password would go to {host} in plain text: use TLS")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
