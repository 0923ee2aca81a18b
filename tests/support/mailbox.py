"""Debian's OpenSMTPD delivering into a maildir, and mutt reading it: mail as a reader's machine has it."""

from __future__ import annotations

import contextlib
import os
import pty
import pwd
import select
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.browser import found

NOBODY = "nobody"  # OpenSMTPD delivers to no root
CONFIG = """table people {{ "@" = "{user}" }}
listen on 127.0.0.1 port {port} hostname localhost
action "box" maildir "{box}" virtual <people> user {user}
match from any for any action "box"
"""
MUTTRC = """set folder={folder}
set mbox_type=Maildir sort=threads sort_aux=date
set pipe_decode=yes pipe_split=no wait_key=no quit=yes
set charset=utf-8
alternative_order text/plain
"""


@dataclass(frozen=True)
class MailServer:
    """Where OpenSMTPD listens, and the maildir into which it delivers for everybody."""

    port: int
    box: Path

    def arrived(self, number: int, *, within_s: float = 20.0) -> list[Path]:
        """The files of the mails, once there are so many."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            files = sorted((self.box / "new").glob("*")) if self.box.exists() else []
            if len(files) >= number:
                return files
            time.sleep(0.05)
        pytest.fail(f"{number} mails did not arrive within {within_s} s")


@contextlib.contextmanager
def opensmtpd() -> Iterator[MailServer]:
    """A server of its own on loopback; it wants root, who may become another user to deliver."""
    program = found(
        shutil.which("smtpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin"), "OpenSMTPD (apt-get install opensmtpd)"
    )
    if os.geteuid() != 0:
        pytest.skip("OpenSMTPD runs for root only")
    folder = Path(tempfile.mkdtemp(prefix="mail", dir="/tmp"))
    folder.chmod(0o755)
    user = pwd.getpwnam(NOBODY)
    (folder / "box").mkdir()
    os.chown(folder / "box", user.pw_uid, user.pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = MailServer(port, folder / "box" / "Maildir")
    (folder / "smtpd.conf").write_text(CONFIG.format(user=NOBODY, port=port, box=server.box))
    log = (folder / "log").open("wb")
    process = subprocess.Popen([program, "-d", "-f", str(folder / "smtpd.conf")], stdout=log, stderr=log)
    try:
        _wait_for(port, process, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=10)
        log.close()
        shutil.rmtree(folder)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"OpenSMTPD did not start: {log.read_text()[-500:]}")


@dataclass(frozen=True)
class Seen:
    """What mutt shows: its list of messages as drawn on the screen, and the thread of the first one, decoded."""

    screen: str
    thread: str


def mutt(box: Path, folder: Path) -> Seen:
    """Open a maildir in mutt, in a terminal, and have it print the first thread as it shows it."""
    program = found(shutil.which("mutt"), "mutt (apt-get install mutt)")
    (folder / "muttrc").write_text(MUTTRC.format(folder=folder))
    printed = folder / "printed"
    keys = f"<first-entry><tag-thread><tag-prefix><pipe-message>cat > {printed}<enter><exit>"
    command = [program, "-n", "-F", str(folder / "muttrc"), "-R", "-f", str(box), "-e", f'push "{keys}"']
    screen, terminal = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "30", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=env, start_new_session=True
    )
    os.close(terminal)
    drawn = b""
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until and process.poll() is None:
            if select.select([screen], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):
                    drawn += os.read(screen, 65536)
    finally:
        process.kill()
        process.wait()
        os.close(screen)
    assert printed.exists(), drawn.decode("utf-8", "replace")[-800:]
    return Seen(drawn.decode("utf-8", "replace"), printed.read_text("utf-8"))
