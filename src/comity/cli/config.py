"""`comity config`: settings of this home."""

import os

import click

from comity.cli.frame import Call, Noun, Verb, bare, pass_call


def _shown(value: object) -> str:
    from msgspec import json

    return value if isinstance(value, str) else json.encode(value).decode()


@click.command("show", cls=Verb, epilog="Example: comity config show")
@pass_call
def show(call: Call) -> None:
    """Every setting with its value and what it does."""
    from comity.cli.output import print_json, print_table
    from comity.home import home_folder
    from comity.settings import load, rows

    settings = load(home_folder(call.home))
    if call.as_json:
        print_json(settings)
        return
    table = [(key, _shown(value), text) for key, value, text in rows(settings)]
    print_table(("setting", "value", "what it does"), table, wrapped=("what it does",))


@click.command("set", cls=Verb, epilog="Example: comity config set screen.glyphs ascii")
@click.argument("key")
@click.argument("value")
@pass_call
def put(call: Call, key: str, value: str) -> None:
    """Change one setting; an empty VALUE goes back to the default."""
    from comity.cli.output import print_json, tell
    from comity.home import check_home, home_folder
    from comity.settings import change, rows

    home = home_folder(call.home)
    check_home(home)
    settings = change(home, key, value)
    if call.as_json:
        print_json(settings)
    elif not call.quiet:
        now = next((_shown(held) for name, held, _ in rows(settings) if name == key), value)
        tell(f"{key} is {now} now." if now else f"{key} is empty now.")


@click.command("path", cls=Verb, epilog="Example: $EDITOR $(comity config path)")
@pass_call
def path(call: Call) -> None:
    """Where the file is that is yours to edit."""
    from comity.cli.output import print_json, print_lines
    from comity.home import OURS, USERS, home_folder

    home = home_folder(call.home)
    if call.as_json:
        print_json({"config": os.fspath(home / USERS), "set": os.fspath(home / OURS)})
        return
    print_lines(os.fspath(home / USERS))


config = Noun("config", help="Show or change settings.", invoke_without_command=True)
config.callback = click.pass_context(bare(config, "show"))
for command in (show, put, path):
    config.add_command(command)
