"""No address that is not public is connected to, in whatever disguise."""

from __future__ import annotations

import socket
import threading

import pytest

from aggregator.errors import ConfigError, ConnectError, FetchTimeout, Refused
from aggregator.fetch.guard import Guard, Resolver, refusal

PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8", "64:ff9b::808:808"]

NOT_PUBLIC = {
    "127.0.0.1": "loopback",
    "127.8.9.10": "loopback",
    "0.0.0.0": "unspecified",
    "0.1.2.3": "private",
    "10.0.0.1": "private",
    "172.16.0.1": "private",
    "192.168.1.1": "private",
    "100.64.0.7": "shared (carrier)",
    "100.100.100.200": "shared (carrier)",
    "169.254.169.254": "link-local",
    "168.63.129.16": "cloud metadata",
    "192.0.0.192": None,
    "192.0.2.1": "private",
    "198.18.0.1": "private",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": None,
    "255.255.255.255": None,
    "::1": "loopback",
    "::": "unspecified",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fc00::1": "private",
    "fd12::1": "private",
    "fd00:ec2::254": "private",
    "fec0::1": None,
    "ff02::1": "multicast",
    "2001:db8::1": "private",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:7f00:1": "loopback",
    "::ffff:192.168.0.1": "private",
    "::127.0.0.1": "loopback",
    "64:ff9b::7f00:1": "loopback",
    "64:ff9b::a9fe:a9fe": "link-local",
    "64:ff9b:1::1": None,
    "2002:7f00:1::": "loopback",
    "2002:c0a8:1::1": "private",
    "2001:0:7f00:1::": None,
    "2a00:1450::5efe:10.0.0.1": "private",
    "5f00::1": None,
    "3fff::1": None,
}


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_let_through(address: str) -> None:
    assert refusal(address) is None
    Guard().check("a.example", address)


@pytest.mark.parametrize("address", sorted(NOT_PUBLIC))
def test_every_other_address_is_refused(address: str) -> None:
    word = refusal(address)
    assert word
    assert NOT_PUBLIC[address] in (None, word)
    with pytest.raises(Refused):
        Guard().check("a.example", address)


def test_a_refusal_names_the_setting_to_change() -> None:
    with pytest.raises(Refused, match=r'add "192.168.1.5/32" to allow_networks under \[fetch\]') as caught:
        Guard().check("192.168.1.5", "192.168.1.5")
    assert not caught.value.transient


def test_networks_that_the_owner_allows_are_let_through_and_no_others() -> None:
    guard = Guard(["192.168.1.0/24", "fd12::/16"])
    guard.check("nas", "192.168.1.5")
    guard.check("nas", "::ffff:192.168.1.5")
    guard.check("nas", "fd12::1")
    for address in ("192.168.2.5", "127.0.0.1", "fd13::1"):
        with pytest.raises(Refused):
            guard.check("nas", address)


def test_a_network_that_is_none_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigError, match="allow_networks"):
        Guard(["my lan"])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "localhost", "LOCALHOST.", "printer.local", "db.internal", "router", "127.1", "0x7f000001",
             "2130706433", "0177.0.0.1", "x.home.arpa"]
)  # fmt: skip
def test_behind_a_proxy_local_names_and_numbers_are_refused(host: str) -> None:
    with pytest.raises(Refused):
        Guard().check_unresolved(host)


@pytest.mark.parametrize("host", ["a.example", "cafe.be", "93.184.215.14", "x.locals"])
def test_behind_a_proxy_public_names_are_let_through(host: str) -> None:
    Guard().check_unresolved(host)


class Names:
    """Answers look-ups in turn."""

    def __init__(self, *answers: list[str] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_: object) -> list[tuple]:
        self.asked.append(host)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer]


def test_a_name_that_changes_its_address_in_a_moment_shows_all_its_faces() -> None:
    assert Resolver(Names(["93.184.215.14"], ["127.0.0.1"])).resolve("rebind.example", 5) == (
        "93.184.215.14",
        "127.0.0.1",
    )


def test_all_addresses_of_a_name_are_told_once_each() -> None:
    assert Resolver(Names(["1.1.1.1", "8.8.8.8"])).resolve("a.example", 5) == ("1.1.1.1", "8.8.8.8")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800::1", "fe80::1%eth0"])
def test_a_literal_address_is_not_looked_up(address: str) -> None:
    names = Names([])
    assert Resolver(names).resolve(address, 5) == (address,)
    assert names.asked == []


def test_a_name_is_remembered_for_a_minute() -> None:
    clock = [0.0]
    names = Names(["93.184.215.14"])
    resolver = Resolver(names, monotonic=lambda: clock[0])
    for clock[0] in (0.0, 30.0, 59.0):
        resolver.resolve("a.example", 5)
    assert len(names.asked) == 2
    clock[0] = 61.0
    resolver.resolve("a.example", 5)
    assert len(names.asked) == 4


def test_a_name_that_is_not_there_is_asked_for_again_next_time() -> None:
    gone = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    names = Names(gone, ["93.184.215.14"])
    resolver = Resolver(names)
    with pytest.raises(ConnectError, match=r"There is no host a\.example: name or service not known"):
        resolver.resolve("a.example", 5)
    assert resolver.resolve("a.example", 5) == ("93.184.215.14",)


def test_a_name_that_cannot_be_one_is_no_host() -> None:
    with pytest.raises(ConnectError):
        Resolver(Names(UnicodeError("label too long"))).resolve("a" * 64, 5)


def test_a_look_up_that_hangs_ends_with_the_time_given() -> None:
    release = threading.Event()

    def hang(*_: object, **__: object) -> list[tuple]:
        release.wait(10)
        return []

    try:
        with pytest.raises(FetchTimeout):
            Resolver(hang).resolve("a.example", 0.05)
    finally:
        release.set()
