"""SMTP (RFC 5321), spoken step by step so that every failure is told by the setting that it comes from."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import certifi

from aggregator.deliver.transport import Parcel
from aggregator.errors import DeliveryError

__all__ = ["SmtpOptions", "SmtpTransport"]

T = TypeVar("T")

_OK = range(200, 300)
_GO_ON = 354
_FOR_GOOD = range(500, 600)
_LOGIN_WANTED = frozenset({534, 535, 538})  # RFC 4954, 6: of a mail too, from servers that let in whoever comes
_LOGIN_OR_TLS_WANTED = 530  # RFC 4954, 6, and RFC 3207, 4: the number does not say which
_TOO_BIG = 552  # RFC 1870, 6.1: the one answer to a sender that is about the mail
_UNSPOKEN = re.compile("[\x00-\x1f\x7f-\x9f]+")
_SHOWN = 200  # characters of an answer that are kept
# How much longer the last word is waited for, up to ten minutes (RFC 5321, 4.5.3.2.6): to give up early makes doubles.
_PATIENCE, _LONGEST_S = 10, 600.0
_GOODBYE_S = 2.0  # the mail is taken: the next one need not wait for a goodbye


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpOptions:
    """Where and how: `security` is starttls (never sent in the clear), tls (from the first byte) or none."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str | None = None
    password: str | None = None
    ca_file: str | None = None
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """One connection for each mail."""

    options: SmtpOptions

    def send(self, parcel: Parcel, *, on_hand_over: Callable[[], None], on_taken: Callable[[str], None]) -> None:
        """As `Transport.send`. What follows the final dot is the only step of which the outcome can stay unknown."""
        with self._session() as server:
            self._envelope(server, parcel)
            code, said = _told("the mail", lambda: server.docmd("DATA"))
            if code != _GO_ON:
                _refuse(f"The server at {self._where} would not take the mail", code, said)
            _told("the mail", lambda: server.send(_dotted(parcel.content)))
            on_hand_over()
            code, said = self._last_word(server)
            if code not in _OK:
                _refuse(f"The server at {self._where} did not take the mail", code, said)
            on_taken(f"{code} {_shown(said)}")

    def has(self, parcel: Parcel) -> bool:  # noqa: ARG002 (a mailbox elsewhere is not ours to look into)
        """Nobody can tell."""
        return False

    def knock(self) -> None:
        """Connect and log in, and send nothing.

        Raises:
            DeliveryError: we are not let in; `setting` names what to look at.

        """
        with self._session():
            pass

    @property
    def _where(self) -> str:
        host = self.options.host
        return f"{f'[{host}]' if ':' in host else host}:{self.options.port}"

    def _last_word(self, server: smtplib.SMTP) -> tuple[int, bytes]:
        """The answer to the final dot; without a clear one the mail may have been taken."""
        usual = self.options.timeout_s
        try:
            _wait(server, max(usual, min(_PATIENCE * usual, _LONGEST_S)))
            server.send(b".\r\n")
            code, said = server.getreply()
            _wait(server, min(usual, _GOODBYE_S))
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise DeliveryError(
                f"{self._where} had the whole mail and ended the connection without an answer ({_reason(error)}).",
                channel="smtp",
                in_doubt=True,
            ) from error
        if not 200 <= code < 600:  # noqa: PLR2004 (RFC 5321, 4.2)
            raise DeliveryError(
                f"{self._where} had the whole mail and answered with something that is not SMTP.",
                channel="smtp",
                in_doubt=True,
            )
        return code, said

    def _envelope(self, server: smtplib.SMTP, parcel: Parcel) -> None:
        code, said = _told("the sender", lambda: server.mail(parcel.sender))
        if code not in _OK:
            setting = None if code == _TOO_BIG else "[mail] sender"
            _refuse(f"{self._where} does not take mail from {parcel.sender}", code, said, setting=setting)
        code, said = _told("the recipient", lambda: server.rcpt(parcel.recipient))
        if code not in _OK:
            _refuse(f"{self._where} does not take mail for {parcel.recipient}", code, said)

    @contextlib.contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        server = self._connected()
        try:
            self._greet(server)
            if self.options.security == "starttls":
                self._secure(server)
            if self.options.user:
                self._log_in(server)
            yield server
            with contextlib.suppress(smtplib.SMTPException, OSError, ValueError):
                server.quit()
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        options = self.options
        try:
            if options.security == "tls":
                return smtplib.SMTP_SSL(
                    options.host, options.port, timeout=options.timeout_s, context=self._trust(), local_hostname=_OURS
                )
            return smtplib.SMTP(options.host, options.port, timeout=options.timeout_s, local_hostname=_OURS)
        except socket.gaierror as error:
            _blame(f"No machine named {options.host} was found", "[mail] host", error)
        except ssl.SSLError as error:
            _blame(
                f"{self._where} does not speak TLS from the first byte, or its certificate is not trusted "
                f"({_reason(error)}); starttls and port 587 are usual",
                "[mail] security",
                error,
            )
        except smtplib.SMTPResponseException as error:
            raise DeliveryError(
                f"{self._where} greets with {error.smtp_code} {_shown(error.smtp_error)}.", channel="smtp"
            ) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            _blame(f"No connection to {self._where}: {_reason(error)}", "[mail] host, port or security", error)

    def _greet(self, server: smtplib.SMTP) -> None:
        try:
            server.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise DeliveryError(f"{self._where} did not greet back: {_reason(error)}.", channel="smtp") from error

    def _secure(self, server: smtplib.SMTP) -> None:
        try:
            server.starttls(context=self._trust())
            server.ehlo()
        except smtplib.SMTPNotSupportedError as error:
            _blame(f"{self._where} offers no STARTTLS; nothing was sent in the clear", "[mail] security", error)
        except ssl.SSLCertVerificationError as error:
            _blame(
                f"The certificate of {self._where} is not trusted ({error.verify_message}); "
                "[mail] ca_file names one that is",
                "[mail] host or ca_file",
                error,
            )
        except (smtplib.SMTPException, OSError, ValueError) as error:
            _blame(f"{self._where} failed at STARTTLS: {_reason(error)}", "[mail] security", error)

    def _log_in(self, server: smtplib.SMTP) -> None:
        user = self.options.user or ""
        try:
            server.login(user, self.options.password or "")
        except smtplib.SMTPAuthenticationError as error:
            _blame(
                f"{self._where} does not let {user} in ({error.smtp_code} {_shown(error.smtp_error)})",
                "[mail] user or password",
                error,
            )
        except smtplib.SMTPNotSupportedError as error:
            _blame(f"{self._where} offers no login here", "[mail] user or security", error)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            _blame(f"{self._where} failed at the login: {_reason(error)}", "[mail] user or password", error)

    def _trust(self) -> ssl.SSLContext:
        """The machine's authorities and Mozilla's, or the setting's alone."""
        try:
            made = ssl.create_default_context(cafile=self.options.ca_file)
            if self.options.ca_file is None:
                made.load_verify_locations(certifi.where())
            return made  # noqa: TRY300 (either line may fail)
        except OSError as error:
            _blame(f"The certificates in {self.options.ca_file} cannot be read", "[mail] ca_file", error)


_OURS = "localhost"  # a greeting by the machine's own name may wait for a name server, and tells where the reader is


def _wait(server: smtplib.SMTP, timeout_s: float) -> None:
    """How long answers are waited for from now on; that a server has hung up is told by the next step."""
    if server.sock is not None:
        server.sock.settimeout(timeout_s)


def _told(what: str, step: Callable[[], T]) -> T:
    """One step of the conversation; a connection that breaks in it has sent nothing that binds."""
    try:
        return step()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise DeliveryError(f"The connection broke at {what}: {_reason(error)}.", channel="smtp") from error


def _refuse(what: str, code: int, said: bytes, *, setting: str | None = None) -> NoReturn:
    """5xx is for good, anything else for now, and so is what a setting is to blame for: the reader can put it right."""
    if code == _LOGIN_OR_TLS_WANTED:
        setting = "[mail] user, password or security"
    elif code in _LOGIN_WANTED:
        setting = "[mail] user or password"
    why = f"{what}: {code} {_shown(said)}"
    if code in _FOR_GOOD and setting:
        raise DeliveryError(f"{why.rstrip('.')}. Check {setting}.", channel="smtp", setting=setting)
    raise DeliveryError(why, channel="smtp", transient=code not in _FOR_GOOD, setting=setting)


def _blame(what: str, setting: str, error: Exception) -> NoReturn:
    """Something that the reader has to put right: later tries may find it mended."""
    raise DeliveryError(f"{what}. Check {setting}.", channel="smtp", setting=setting) from error


def _dotted(content: bytes) -> bytes:
    """The message with dots doubled at line starts and one line end at its end (RFC 5321, 4.5.2)."""
    dotted = re.sub(rb"(?m)^\.", b"..", content)
    return dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n"


def _shown(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(_UNSPOKEN.sub(" ", text).split())[:_SHOWN]


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_shown(error.smtp_error)}"
    return _shown(str(getattr(error, "strerror", None) or error)) or type(error).__name__
