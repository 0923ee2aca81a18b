"""SMTP servers on loopback: one that behaves, and one that fails at whatever step a test names."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Received:
    """A message that a server took, with its envelope."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        made = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        return made


@dataclass
class FaultServer:
    """Takes the next word of the script for each connection; the last one repeats.

    A word is `ok`; `STEP:REPLY`, which answers that step with the reply; or `STEP:drop`, which closes the connection there.
    Steps: greeting, ehlo, mail, rcpt, data, dot. `stored:drop` keeps the message and closes instead of its 250.
    """

    script: list[str]
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    on_step: Callable[[str], None] = lambda _step: None  # called before each answer, and as "answered" after the last
    _listener: socket.socket = field(default_factory=socket.socket)

    def start(self) -> None:
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(20)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            word = self.script[min(self.connections, len(self.script) - 1)]
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection, word), daemon=True).start()

    def _serve(self, connection: socket.socket, word: str) -> None:
        with contextlib.suppress(OSError, EOFError), connection:
            self._talk(connection, *word.partition(":")[::2])

    def _talk(self, connection: socket.socket, fault: str, reply: str) -> None:
        lines = connection.makefile("rb")

        def say(step: str, usual: str) -> None:
            self.on_step(step)
            if fault == step and reply == "drop":
                connection.shutdown(socket.SHUT_RDWR)
                raise EOFError
            connection.sendall((reply if fault == step else usual).encode() + b"\r\n")

        sender = recipient = ""
        say("greeting", "220 fault.example ESMTP")
        while line := lines.readline():
            verb = line.split()[0].upper().rstrip(b":") if line.split() else b""
            if verb in (b"EHLO", b"HELO"):
                say("ehlo", "250 fault.example")
            elif verb == b"MAIL":
                sender = line.decode().split("<")[1].split(">")[0]
                say("mail", "250 ok")
            elif verb == b"RCPT":
                recipient = line.decode().split("<")[1].split(">")[0]
                say("rcpt", "250 ok")
            elif verb == b"DATA":
                say("data", "354 go on")
                if fault == "data" and reply[:1] != "3":
                    continue
                content = self._content(lines)
                if fault != "dot":
                    self.received.append(Received(sender, recipient, content))
                if fault == "stored":
                    say("stored", "")
                say("dot", "250 taken as 7")
                self.on_step("answered")
            elif verb == b"QUIT":
                say("quit", "221 bye")
                return
            else:
                say("other", "250 ok")

    def _content(self, lines: object) -> bytes:
        content = b""
        while (line := lines.readline()) != b".\r\n":  # type: ignore[attr-defined]
            if not line:
                raise EOFError
            content += line[1:] if line.startswith(b".") else line
        return content


@contextlib.contextmanager
def faulty(*script: str) -> Iterator[FaultServer]:
    """A server that fails by the script."""
    server = FaultServer(list(script) or ["ok"])
    server.start()
    try:
        yield server
    finally:
        server.close()
