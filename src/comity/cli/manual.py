"""`comity help`: what a command does, the same as its --help."""

import click

from comity.cli.frame import Verb
from comity.cli.output import print_text


@click.command("help", cls=Verb, epilog="Example: comity help unlock")
@click.argument("words", nargs=-1, metavar="[COMMAND ...]")
def show(words: tuple[str, ...]) -> None:
    """What a command does, with an example: comity help unlock, comity help run import."""
    from comity.cli.app import root

    command: click.Command = root
    context = click.Context(root, info_name="comity")
    for word in words:
        if not isinstance(command, click.Group):
            break
        _, found, _ = command.resolve_command(context, [word])
        if found is None:
            break
        command, context = found, click.Context(found, info_name=word, parent=context)
    print_text(f"{command.get_help(context)}\n")
