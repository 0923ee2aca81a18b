"""Through the machine's own `sendmail`, which most mail servers and msmtp provide."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from aggregator.deliver.transport import Parcel
from aggregator.errors import DeliveryError

__all__ = ["SendmailTransport"]

# sysexits.h
_FOR_GOOD = frozenset({65, 67, 68})  # data, no such user, no such host
_OF_THE_PROGRAM = frozenset({64, 77, 78})  # usage, permission, configuration: the reader's to put right


@dataclass(frozen=True, slots=True)
class SendmailTransport:
    """Hands the mail to `program -i -f SENDER -- RECIPIENT`."""

    program: str = "/usr/sbin/sendmail"
    timeout_s: float = 60.0

    def send(self, parcel: Parcel, *, on_hand_over: Callable[[], None], on_taken: Callable[[str], None]) -> None:
        """As `Transport.send`. The mail is read from a file: the death of this process cuts nothing short."""
        command = [self.program, "-i", "-f", parcel.sender, "--", parcel.recipient]
        with tempfile.TemporaryFile() as content:
            content.write(parcel.content.replace(b"\r\n", b"\n"))
            content.seek(0)
            on_hand_over()
            try:
                done = subprocess.run(  # noqa: S603 (the program is the reader's own setting; addresses are checked)
                    command, stdin=content, capture_output=True, timeout=self.timeout_s, check=False
                )
            except subprocess.TimeoutExpired as error:
                raise DeliveryError(
                    f"{self.program} did not end within {self.timeout_s:.0f} s.", channel="sendmail", in_doubt=True
                ) from error
            except OSError as error:
                raise DeliveryError(
                    f"{self.program} cannot be started: {error.strerror}; set [mail] path to your sendmail program.",
                    channel="sendmail",
                    setting="[mail] path",
                ) from error
        if done.returncode:
            said = " ".join(done.stderr.decode("utf-8", "replace").split())[:300]
            setting = "[mail] path" if done.returncode in _OF_THE_PROGRAM else None
            check = f" Check {setting}." if setting else ""
            raise DeliveryError(
                f"{self.program} ended with {done.returncode}{f': {said}' if said else ''}.{check}",
                channel="sendmail",
                transient=done.returncode not in _FOR_GOOD,
                in_doubt=done.returncode < 0,  # killed: the mail may be in its queue
                setting=setting,
            )
        on_taken(f"{self.program} took it")

    def has(self, parcel: Parcel) -> bool:  # noqa: ARG002 (the queue is not ours to look into)
        """Nobody can tell."""
        return False
