"""A name server on this machine that tests write the records of: real questions and answers over UDP."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

TARGET = "pages.lull.test"
TTL = 60


class NameServer:
    """Answers as a resolver does that has followed CNAMEs; names are in lower case, without a dot at the end."""

    def __init__(self) -> None:
        self.clear()
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def clear(self) -> None:
        """Only the target is known."""
        self.records: dict[tuple[str, str], list[str]] = {(TARGET, "A"): ["192.0.2.10", "192.0.2.11"]}
        self.rcodes: dict[str, dns.rcode.Rcode] = {}
        self.silent: set[str] = set()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def put(self, name: str, kind: str, *values: str) -> None:
        """The records of a name of one kind; none without values."""
        self.records.pop((name, kind), None)
        if values:
            self.records[name, kind] = list(values)

    def prove(self, host: str, proof: str, target: str = TARGET) -> None:
        """What the owner of a host has to write."""
        self.put(host, "CNAME", target)
        self.put(f"_lull-challenge.{host}", "TXT", f'"{proof}"')

    def forget(self, host: str) -> None:
        self.put(host, "CNAME")
        self.put(f"_lull-challenge.{host}", "TXT")

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                wire, peer = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            query = dns.message.from_wire(wire)
            name = query.question[0].name.to_text(omit_final_dot=True).lower()
            self.asked += 1
            if name not in self.silent:
                self._socket.sendto(self._answer(query, name).to_wire(), peer)

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        for _ in range(12):
            if name in self.rcodes:
                answer.set_rcode(self.rcodes[name])
                return answer
            if (name, kind) in self.records or (name, "CNAME") not in self.records:
                break
            (following,) = self._add(answer, name, "CNAME")
            name = following
        else:
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        if (name, kind) in self.records:
            self._add(answer, name, kind)
        elif not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer

    def _add(self, answer: dns.message.Message, name: str, kind: str) -> list[str]:
        values = self.records[name, kind]
        texts = [f"{each}." for each in values] if kind == "CNAME" else values
        answer.answer.append(dns.rrset.from_text_list(f"{name}.", TTL, "IN", kind, texts))
        return values

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(2)
        self._socket.close()


@contextmanager
def name_server() -> Iterator[NameServer]:
    serving = NameServer()
    serving.start()
    try:
        yield serving
    finally:
        serving.stop()
