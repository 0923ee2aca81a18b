"""An IMAP server on loopback that speaks as much of RFC 3501 as reading a folder takes, and notes what it was asked."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class ImapServer:
    """One user with folders of mails; a mail's UID is its place. `asked` are the commands, without tags."""

    password: str = "secret"
    folders: dict[str, list[bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0
    validity: int = 1

    def address(self, folder: str = "INBOX") -> str:
        return f"imap://me%40example.org@127.0.0.1:{self.port}/{folder}"

    def answer(self, command: str, state: dict[str, list[bytes]]) -> tuple[bytes, str]:
        """What is said before the last line, and the last line without its tag."""
        self.asked.append(command)
        verb, _, rest = command.partition(" ")
        if verb == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n", "OK done"
        if verb == "LOGIN":
            return b"", "OK in" if rest == f'me@example.org "{self.password}"' else "NO wrong"
        if verb == "EXAMINE":
            name = rest.strip('"')
            state["mails"] = self.folders.get(name, [])
            said = b"* %d EXISTS\r\n* OK [UIDVALIDITY %d] valid\r\n" % (len(state["mails"]), self.validity)
            return said, "OK [READ-ONLY] open" if name in self.folders else "NO none"
        if verb == "LOGOUT":
            return b"* BYE\r\n", "OK bye"
        mails = state.get("mails", [])
        if command.startswith("UID SEARCH"):
            return b"* SEARCH " + b" ".join(b"%d" % (n + 1) for n in range(len(mails))) + b"\r\n", "OK found"
        match = re.fullmatch(r"UID FETCH ([\d,]+) \((.+)\)", command)
        assert match, command
        said = b""
        for uid in map(int, match[1].split(",")):
            mail = mails[uid - 1]
            said += b"* %d FETCH (UID %d " % (uid, uid)
            said += (
                b"RFC822.SIZE %d)\r\n" % len(mail)
                if "SIZE" in match[2]
                else b"BODY[] {%d}\r\n%b)\r\n" % (len(mail), mail)
            )
        return said, "OK fetched"


@contextmanager
def imap(server: ImapServer) -> Iterator[ImapServer]:
    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            state: dict[str, list[bytes]] = {}
            for line in self.rfile:
                tag, _, command = line.decode().strip().partition(" ")
                said, last = server.answer(command, state)
                self.wfile.write(said + f"{tag} {last}\r\n".encode())
                if command == "LOGOUT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as listener:
        listener.daemon_threads = True
        server.port = listener.server_address[1]
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()
