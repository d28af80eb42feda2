"""A network of one's own, with a name server that does what it is told: `python -m tests.outage.own_network ...`.

The arguments are a user's numbers, a module and its arguments (see `command`). The module runs in namespaces in which
there is loopback and nothing else, with `/etc/resolv.conf` naming a server that
this process is. It tells that server what to do through `Names`. Root needs no further rights for it; anybody else gets
a user namespace, and is the same user again inside, since PostgreSQL runs for no root.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from infra.local.ports import LOOPBACK
from infra.local.program import PROJECT
from tests.fixtures.missing import missing

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

REFUSED: Final = (
    "this machine allows no network namespaces (`unshare --net`); where AppArmor is why, as on Ubuntu 24.04, "
    "`sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` does"
)
HOST: Final = "db.localtest.me"
"""Leads to this machine, and is spoken to without TLS (shared/sockets.py)."""

SILENT: Final = "::1"
"""An address of this machine at which `silent_at` lets nobody in, and the C library puts it before the others."""

CONTROL: Final = "NAMES_CONTROL"
"""The variable that names the port at which the name server is told what to do."""

Manner = Literal["well", "late", "silent", "slow", "nonsense", "servfail", "refused"]
LATE_SECONDS: Final = {"late": 0.4, "slow": 3.0}

A, AAAA = 1, 28
PORT: Final = 53
SET_FLAGS, UP = 0x8914, 0x1  # netdevice(7)


@dataclass
class NameServer:
    """Answers as it is told, over UDP on loopback.

    Attributes:
        manner: What it does with a question; `refused` closes its port.
        addresses: Of every name, by the type of the record.
    """

    manner: Manner = "well"
    addresses: dict[int, list[str]] = field(default_factory=lambda: {A: [LOOPBACK]})
    _serving: threading.Thread | None = None

    def behave(self, manner: Manner, addresses: dict[int, list[str]] | None = None) -> None:
        """From now on."""
        self.manner, self.addresses = manner, addresses or {A: [LOOPBACK]}
        if manner == "refused" and self._serving:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
                caller.sendto(b"go", (LOOPBACK, PORT))
            self._serving.join()
            self._serving = None
        elif manner != "refused" and not self._serving:
            listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            listener.bind((LOOPBACK, PORT))
            self._serving = threading.Thread(target=self._serve, args=(listener,), daemon=True)
            self._serving.start()

    def _serve(self, listener: socket.socket) -> None:
        with listener:
            while True:
                query, client = listener.recvfrom(512)
                if self.manner == "refused":
                    return
                if self.manner != "silent":
                    threading.Thread(target=self._answer, args=(listener, query, client), daemon=True).start()

    def _answer(self, listener: socket.socket, query: bytes, client: tuple[str, int]) -> None:
        reply = b"nonsense" if self.manner == "nonsense" else self._reply(query)
        time.sleep(LATE_SECONDS.get(self.manner, 0.0))
        with suppress(OSError):  # closed meanwhile
            listener.sendto(reply, client)

    def _reply(self, query: bytes) -> bytes:
        end = query.index(b"\0", 12) + 5
        [kind] = struct.unpack(">H", query[end - 4 : end - 2])
        found = [] if self.manner == "servfail" else self.addresses.get(kind, [])
        flags = 0x8182 if self.manner == "servfail" else 0x8180
        head = query[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0) + query[12:end]
        return head + b"".join(_record(kind, address) for address in found)


def _record(kind: int, address: str) -> bytes:
    packed = socket.inet_pton(socket.AF_INET if kind == A else socket.AF_INET6, address)
    return struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(packed)) + packed


class Names:
    """How the module inside tells the name server what to do."""

    def __init__(self) -> None:
        self._port = int(os.environ[CONTROL])

    def behave(self, manner: Manner, *addresses: str) -> None:
        """From now on, every name having these addresses (or that of this machine)."""
        with socket.create_connection((LOOPBACK, self._port), timeout=10) as connection:
            connection.sendall(json.dumps([manner, addresses]).encode() + b"\n")
            assert connection.recv(2) == b"ok"


def silent_at(address: str, port: int) -> list[socket.socket]:
    """Make an address take no more connections, without a word, as a dead host does: its queue is full."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.bind((address, port))
    listener.listen(0)
    waiting = [listener]
    for _ in range(3):
        client = socket.socket(family)
        client.setblocking(False)  # noqa: FBT003 (that is how it is called)
        client.connect_ex((address, port))
        waiting.append(client)
    return waiting


def inside() -> bool:
    """Whether this process has a network of its own."""
    return CONTROL in os.environ


def unshared() -> list[str]:
    """The words that give a program namespaces of its own."""
    return ["unshare", "--net", "--mount", *(["--map-root-user"] if os.getuid() else [])]


def allowed() -> bool:
    """Whether this machine gives namespaces."""
    try:
        subprocess.run([*unshared(), "mount"], check=True, capture_output=True)  # noqa: S603 (ours)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def needs_own_network() -> None:
    """Skip a test where a network of one's own is refused; in CI nothing skips for that."""
    if not allowed():
        missing(REFUSED)


def command(module: str, *arguments: str) -> list[str]:
    """What runs a module in a network of its own."""
    user = [str(os.getuid()), str(os.getgid())]
    return [*unshared(), sys.executable, "-m", "tests.outage.own_network", *user, module, *arguments]


def enter(module: str, arguments: Sequence[str]) -> None:
    """Become that module in a network of its own, where the machine allows it; else return."""
    if not inside() and allowed():
        words = command(module, *arguments)
        os.execvp(words[0], words)  # noqa: S606 (ours)


@contextmanager
def set_up() -> Generator[None]:
    """Let loopback be there, and names be asked for on it."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh", b"lo", UP))
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
        conf.write(f"nameserver {LOOPBACK}\n")
        conf.flush()
        subprocess.run(["mount", "--bind", conf.name, os.path.realpath("/etc/resolv.conf")], check=True)  # noqa: S603, S607 (ours)
        yield


def _listen(server: NameServer) -> int:
    """The port at which the name server is told what to do."""
    control = socket.create_server((LOOPBACK, 0))

    def serve() -> None:
        while True:
            connection, _ = control.accept()
            with connection, connection.makefile("r", encoding="utf-8") as lines:
                manner, addresses = json.loads(lines.readline())
                by_kind = {kind: [each for each in addresses if (":" in each) == (kind == AAAA)] for kind in (A, AAAA)}
                server.behave(manner, by_kind if addresses else None)
                connection.sendall(b"ok")

    threading.Thread(target=serve, daemon=True).start()
    return control.getsockname()[1]


def main(uid: str, gid: str, *words: str) -> int:
    """Run a module in the namespaces that this process has; its exit code."""
    with set_up():
        server = NameServer()
        server.behave("well")
        again = ["unshare", "--user", f"--map-user={uid}", f"--map-group={gid}"] if int(uid) else []
        again += ["setpriv", "--pdeathsig", "TERM"]
        environment = os.environ | {CONTROL: str(_listen(server))}
        child = subprocess.Popen([*again, sys.executable, "-m", *words], env=environment, cwd=PROJECT)  # noqa: S603 (ours)

        def pass_on(number: int, _frame: Any) -> None:  # noqa: ANN401 (a frame, which nobody looks at)
            child.send_signal(number)

        signal.signal(signal.SIGTERM, pass_on)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to both
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
