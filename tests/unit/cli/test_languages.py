"""The command line in other languages: what people read changes, what programs read does not."""

import click
import pytest
from click.testing import CliRunner

from aggregator.cli import cli
from aggregator.cli.helping import blocks
from aggregator.cli.speech import asked_for
from aggregator.text.tongue import tongue_of


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
    assert "ist noch nichts abonniert." in told.stderr
    assert "Keine Meldung passt." in told.stderr
    missing = run(tmp_path, "event", "5", LANGUAGE="es")
    assert missing.stderr == "aggregator: No hay ningún acontecimiento 5; véase: aggregator events\n"
    assert missing.exit_code == run(tmp_path, "event", "5").exit_code == 1
    assert "Ein Ereignis zeigen" in run(tmp_path, "--help", LANGUAGE="de").stdout


def commands(group, context):
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield command
        if isinstance(command, click.Group):
            yield from commands(command, click.Context(command, parent=context))


def test_no_help_of_a_command_or_an_option_is_left_in_english():
    told = tongue_of("de").catalogue
    texts = set()
    for command in [cli, *commands(cli, click.Context(cli))]:
        texts |= {said for said, is_example in blocks(command.help) if not is_example}
        texts |= {option.help for option in command.params if isinstance(option, click.Option) and option.help}
    assert len(texts) > 150
    assert [text for text in texts if told.gettext(text) == text] == []


def test_help_and_the_man_page_are_told_in_the_language_of_the_terminal(tmp_path):
    shown = run(tmp_path, "feeds", "--help", LANGUAGE="de").stdout
    assert shown.startswith("Aufruf: ")
    assert "Listet die Abonnements." in shown
    assert not {"Options:", "Commands:", "Examples:"} & {line.strip() for line in shown.splitlines()}
    assert "[0<=x<=" in run(tmp_path, "stories", "--help", LANGUAGE="es").stdout
    assert "Die Einstellungsdatei." in run(tmp_path, "man", LANGUAGE="de").stdout


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


def test_what_the_doctor_finds_and_what_mends_it_is_told_in_the_language_of_the_terminal(tmp_path):
    config = tmp_path / "aggregator" / "aggregator.toml"
    config.parent.mkdir()
    config.write_text('[digests.morning]\nto = ["room:news"]\n')
    told = run(tmp_path, "doctor", LANGUAGE="de").stdout
    assert "Keine Erweiterung stellt an room:news zu.  Installieren oder die Empfänger" in told


def test_what_is_counted_is_named_in_the_language_of_the_terminal_and_never_in_data(tmp_path):
    assert "Bytes in der Datenbank" in run(tmp_path, "stats", LANGUAGE="de").stdout
    assert ",size bytes" in run(tmp_path, "stats", "--csv", LANGUAGE="de").stdout
