"""The command `comity`: its nouns, each imported when it is used, and what happens at its border."""

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from comity.cli.frame import Call, Noun, load
from comity.cli.version import VERSION
from comity.errors import UsageError

COMPLETE = "_COMITY_COMPLETE"  # set by the shell when it asks for completions

KINDS = (  # written out, so that help imports no kind; a test holds it against them
    "exercise strand objective rating participant system model-alias access-window suite task protocol "
    "concurrence cell run deviation milestone person vetting secondment position assignment leave finding "
    "action guidance lesson stand-down acknowledgement disclosure agreement institute note group"
).split()

SECTIONS = {
    "Start": {
        "init": ("comity.cli.start:init", "Make a home and this device's keys."),
        "demo": ("comity.cli.start:demo", "Look around in a home of its own with sample exercises."),
        "ui": ("comity.cli.start:ui", "Open the app at a record or a section."),
        "status": ("comity.cli.start:status", "What this device holds and what waits."),
        "doctor": ("comity.cli.start:doctor", "What is wrong with this installation and how to mend it."),
        "config": ("comity.cli.config:config", "Show or change settings."),
        "completion": ("comity.cli.start:completion", "Completion of commands for your shell."),
        "help": ("comity.cli.manual:show", "What a command does, with an example."),
    },
    "Whole jobs": {
        "check": ("comity.cli.checking:check", "What needs attention."),
        "undo": ("comity.cli.undoing:undo", "Take back the newest act on a record, then the one before it."),
        "redo": ("comity.cli.undoing:redo", "Take the last undo on a record back."),
        "search": ("comity.cli.searching:search", "Find words in titles, texts and notes."),
        "apply": ("comity.cli.plans:apply", "Make the store match a plan file."),
        "import": ("comity.cli.sheets:imports", "Take the rows of a sheet (CSV, XLSX) as records."),
        "export": ("comity.cli.plans:export", "Write a plan file or a sheet that reads back."),
        "matrix": ("comity.cli.exercises:matrix", "Coverage of an exercise, with reasons."),
        "report": ("comity.cli.report:report", "The after-action report of an exercise, for a partner or the public."),
        "roster": ("comity.cli.exercises:roster", "Who is on an exercise."),
        "preview": ("comity.cli.releasing:preview", "What another institute can hold now."),
        "tearline": ("comity.cli.releasing:tearline", "Release chosen fields of a record as a copy in a wider group."),
        "kinds": ("comity.cli.kinds:kinds", "The kinds of record and their fields."),
    },
    "Partners": {
        "device": ("comity.cli.device:device", "This device's card, others' cards, who sits where."),
        "recovery": ("comity.cli.recovery:recovery", "Acts made with the recovery words on paper."),
        "late": ("comity.cli.late:late", "What revoked devices wrote beyond their cut: list, adopt."),
        "conflict": ("comity.cli.conflict:conflict", "Values that were written apart: list, show, settle."),
        "sync": ("comity.cli.sync:sync", "Exchange with each hub what either side lacks."),
        "bundle": ("comity.cli.bundle:bundle", "Files for a courier: write, read, show."),
        "receipt": ("comity.cli.receipt:receipt", "Say what this device holds, and take what others say."),
        "hub": ("comity.cli.hub:hub", "The hubs of this device (add, list, remove); run one (serve, invite, backup)."),
    },
    "Care": {
        "backup": ("comity.cli.care:backup", "Write an encrypted copy of this home."),
        "restore": ("comity.cli.care:restore", "Bring a home back from a backup."),
        "verify": ("comity.cli.care:verify", "Check every signature, chain and row."),
        "rebuild": ("comity.cli.care:rebuild", "Make all rows anew from the log."),
        "passphrase": ("comity.cli.care:passphrase", "Change the passphrase of this device."),
        "erase": ("comity.cli.erase:erase", "Erase a record for good, wherever that arrives."),
        "unlock": ("comity.cli.locks:unlock", "Keep the keys open for a while; explains cron and systemd."),
        "lock": ("comity.cli.locks:lock", "Close the keys again."),
    },
}


class Root(Noun):
    """The command itself: help in sections, nouns of kinds derived."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in KINDS and cmd_name not in self.commands:
            self.commands[cmd_name] = load("comity.cli.records:group")(cmd_name)
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *KINDS]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, text) for name, (_, text) in entries.items()])
        with formatter.section("Records (list, show, history, add, set, retire and the steps of each)"):
            formatter.write_text(", ".join(KINDS))


def _version(context: click.Context, option: click.Parameter, value: Any) -> None:
    if value and not context.resilient_parsing:
        click.echo(f"comity {VERSION}")
        context.exit()


@click.command(
    "comity",
    cls=Root,
    lazy={name: place for entries in SECTIONS.values() for name, (place, _) in entries.items()},
    invoke_without_command=True,
    epilog="Example: comity run list 'is:stale' --json",
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Say the version.")
@click.pass_context
def root(context: click.Context) -> None:
    """Joint testing exercises, personnel exchanges and evaluation runs of AI safety institutes.

    Without a command it opens the app. A noun alone lists its records.
    """
    if context.invoked_subcommand is None:
        context.invoke(load("comity.cli.start:ui"))


def main(args: Sequence[str] | None = None) -> int:
    """Run one command and answer with its exit code; a person sees a sentence, never a traceback."""
    from comity.cli.border import guarded

    words = sys.argv[1:] if args is None else list(args)
    call = Call(as_json="--json" in words)
    return guarded(lambda: _run(words, call), call)


def _run(words: list[str], call: Call) -> int:
    """Not click's own `main`, which turns a closed pipe into an error."""
    if any("\udc80" <= letter <= "\udcff" for word in words for letter in word):
        raise UsageError("A word of the command is not UTF-8.", hint="Type it again in a UTF-8 terminal.")
    if instruction := os.environ.get(COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(root, {}, "comity", COMPLETE, instruction)
    try:
        with root.make_context("comity", words, obj=call) as context:
            root.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    return 0
