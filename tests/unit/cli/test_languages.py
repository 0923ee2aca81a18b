"""The command line in other languages: what people read changes, what programs read does not."""

import pytest
from click.testing import CliRunner

from aggregator.cli import cli
from aggregator.cli.speech import asked_for


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "pt_BR.UTF-8"}, "pt"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "es_ES"}, "es"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "fr:ar:de"}, "ar"),
        ({"LC_ALL": "C", "LANGUAGE": "de"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, None),
    ],
)
def test_the_environment_is_read_as_gettext_reads_it(environ, expected):
    assert asked_for(environ) == expected


def run(tmp_path, *words, **environ):
    names = ("LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "AGGREGATOR_INTERFACE_LANGUAGE")
    env = {**dict.fromkeys(names), "XDG_CONFIG_HOME": str(tmp_path), **environ}
    return CliRunner().invoke(cli, ["--db", str(tmp_path / "a.db"), *words], env=env)


def test_messages_and_errors_are_said_in_the_language_of_the_terminal(tmp_path):
    told = run(tmp_path, "stories", LANGUAGE="de")
    assert "Noch nichts abonniert." in told.stderr
    assert "Keine Meldung passt." in told.stderr
    missing = run(tmp_path, "event", "5", LANGUAGE="es")
    assert missing.stderr == "aggregator: No hay ningún acontecimiento 5; véase: aggregator events\n"
    assert missing.exit_code == run(tmp_path, "event", "5").exit_code == 1
    assert "Ein Ereignis zeigen" in run(tmp_path, "--help", LANGUAGE="de").stdout


def test_the_settings_go_before_the_environment(tmp_path):
    told = run(tmp_path, "events", LANGUAGE="de", AGGREGATOR_INTERFACE_LANGUAGE="pt")
    assert "Nenhum acontecimento corresponde." in told.stderr


@pytest.mark.parametrize("form", ["--json", "--ndjson", "--csv"])
def test_what_programs_read_is_the_same_in_every_language(tmp_path, form):
    assert run(tmp_path, "stories", form, LANGUAGE="ar").stdout == run(tmp_path, "stories", form).stdout


def test_settings_that_cannot_be_read_are_complained_of_in_words(tmp_path):
    told = run(tmp_path, "stories", AGGREGATOR_INTERFACE_LANGUAGE="tlh", LANGUAGE="de")
    assert told.exit_code == 1
    assert "tlh" in told.stderr
