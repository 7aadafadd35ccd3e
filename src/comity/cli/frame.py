"""What every command shares: the options that work before and after the noun, and groups that are built when asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from comity.errors import UsageError


@dataclass(slots=True)
class Call:
    """What one call of `comity` was told besides its command."""

    home: str = ""
    as_json: bool = False
    today: str = ""
    quiet: bool = False
    yes: bool = False


pass_call = click.make_pass_decorator(Call, ensure=True)


def _keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    if value and option.name:
        setattr(context.ensure_object(Call), option.name, value)


def everywhere(*, hidden: bool) -> Iterator[click.Option]:
    """The options that every command takes; listed in the help of nouns only."""
    told: dict[str, Any] = {"expose_value": False, "callback": _keep, "hidden": hidden}
    yield click.Option(["--home"], metavar="DIR", help="Use this home instead of your own.", **told)
    yield click.Option(["--json", "as_json"], is_flag=True, help="Print JSON for scripts.", **told)
    yield click.Option(["--today"], metavar="DATE", help="Work out due, stale and expiring as of this day.", **told)
    yield click.Option(["--quiet"], is_flag=True, help="Say nothing but the result.", **told)
    yield click.Option(["--yes"], is_flag=True, help="Answer yes to every question.", **told)


def _added(given: Sequence[click.Parameter], *, hidden: bool) -> list[click.Parameter]:
    """The given and those of everywhere whose names they leave free: a secondment has a home of its own."""
    taken = {word for parameter in given for word in parameter.opts}
    return [*given, *(option for option in everywhere(hidden=hidden) if not taken & set(option.opts))]


class Verb(click.Command):
    """One command; takes the options of everywhere after its own without listing them again."""

    def __init__(self, name: str | None, **told: Any) -> None:
        super().__init__(name, **told)
        self.params = _added(self.params, hidden=True)


class Noun(click.Group):
    """A group of commands that are imported when they are asked for: `lazy` names the module and attribute of each."""

    command_class = Verb

    def __init__(self, name: str | None, lazy: Mapping[str, str] | None = None, **told: Any) -> None:
        super().__init__(name, **told)
        self.params = _added(self.params, hidden=False)
        self.lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.commands, *(name for name in self.lazy if name not in self.commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.lazy and cmd_name not in self.commands:
            self.commands[cmd_name] = load(self.lazy[cmd_name])
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not ctx.resilient_parsing and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise unknown(f"«{ctx.command_path}» has no command «{args[0]}».", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def load(place: str) -> Any:
    """The object at `module:attribute`."""
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)


def unknown(message: str, word: str, known: Sequence[str]) -> UsageError:
    """The error about a word nobody knows, with the nearest one that is known."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=3)
    return UsageError(message, hint=f"Did you mean {' or '.join(near)}?" if near else "Known: " + ", ".join(known))


def bare(group: click.Group, verb: str) -> Callable[[click.Context], None]:
    """A callback that runs this verb when a noun is called without one."""

    def run(context: click.Context) -> None:
        command = group.get_command(context, verb)
        if context.invoked_subcommand is None and command is not None:
            context.invoke(command)

    return run
