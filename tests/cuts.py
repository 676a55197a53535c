"""A connection that breaks when a test says so: a forwarder of TCP on loopback, between a client and a server."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_RESET = struct.pack("ii", 1, 0)
_RETRY = {b"retry: 60000": b"retry: 00010", b"retry: 15000": b"retry: 00010"}
"""A test does not wait a minute for a browser to come again; of the same length, so that nothing else changes."""


@dataclass
class Cuts:
    server: int
    """The port that everything is forwarded to."""
    listener: socket.socket
    made: int = 0
    """How many connections have been cut."""
    _open: list[tuple[socket.socket, socket.socket]] = field(default_factory=list)
    _inside: bytes | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def cut(self) -> None:
        """Break every connection that is open."""
        with self._lock:
            pairs, self._open = self._open, []
            self.made += len(pairs)
        for pair in pairs:
            _break(*pair)

    def cut_inside(self, text: bytes) -> None:
        """Break the next connection over which this comes, in the middle of it."""
        self._inside = text

    @property
    def is_to_come(self) -> bool:
        """Whether what `cut_inside` waits for has not come yet."""
        return self._inside is not None

    def run(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server))
                with self._lock:
                    self._open.append((client, server))
                for pump, *ends in ((self._up, client, server), (self._down, server, client)):
                    threading.Thread(target=pump, args=ends, daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while sent := client.recv(65_536):
                server.sendall(sent)
        _break(client, server)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while sent := server.recv(65_536):
                for told, instead in _RETRY.items():
                    sent = sent.replace(told, instead)
                if self._inside is not None and self._inside in sent:
                    middle = sent.index(self._inside) + len(self._inside) // 2
                    self._inside = None
                    # Sent off and then closed in order: a reset would take back what is on its way.
                    client.sendall(sent[:middle])
                    self.made += 1
                    client.shutdown(socket.SHUT_RDWR)
                    break
                client.sendall(sent)
        _break(client, server)


def _break(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def cutting(server: int) -> Iterator[Cuts]:
    """Forwards to a port of this machine for as long as the context lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        cuts = Cuts(server, listener)
        thread = threading.Thread(target=cuts.run, daemon=True)
        thread.start()
        yield cuts
        # An `accept` that waits is not woken by a close.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        cuts.cut()
