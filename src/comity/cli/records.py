"""The commands of a kind, derived from its fields and steps: list, show, history, add, set, retire and each step."""

from typing import TYPE_CHECKING, Any

import click

from comity.cli.asking import agree
from comity.cli.desks import opened_desk
from comity.cli.fields import KindVerb, field_options, given_fields, kebab, refused_by_option
from comity.cli.frame import Call, Noun, bare, pass_call
from comity.cli.listing import list_command
from comity.cli.output import print_json, print_lines, tell
from comity.domain.kinds import BY_NOUN
from comity.domain.record import Record, facets
from comity.domain.steps import Step
from comity.domain.text import sentence
from comity.domain.wording import words
from comity.errors import UsageError

if TYPE_CHECKING:
    from comity.desk.desk import Desk

EXTRA = {  # written by hand
    "run": {"import": "comity.cli.runs:import_logs", "compare": "comity.cli.runs:compare"},
    "disclosure": {"retract": "comity.cli.releasing:retract"},
    "group": {name: f"comity.cli.groups:{name}" for name in ("show", "create", "admit", "revoke", "renew")},
}
BASE = ("list", "show", "history", "add", "set", "retire")
WITHOUT = {"group": ("show", "add", "retire")}  # a group is founded, and ends when nobody is in it
REF = "REF is an id, at least six characters of its start or end, or the code or label of a record."


class KindNoun(Noun):
    """The group of one kind; each command is built when it is asked for."""

    def __init__(self, kind: type[Record]) -> None:
        name = kebab(kind.noun)
        super().__init__(name, EXTRA.get(name), help=_first_line(kind), invoke_without_command=True)
        self.kind = kind
        self.base = [verb for verb in BASE if verb not in WITHOUT.get(name, ())]
        self.callback = click.pass_context(bare(self, "list"))

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.base, *(step.name for step in steps(self.kind)), *self.lazy]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except UsageError as error:
            raise UsageError(error.message, f"{sentence(error.hint)} One record: {ctx.command_path} show REF") from None

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands and cmd_name in self.base:
            self.commands[cmd_name] = BUILDERS[cmd_name](self.kind)
        for step in steps(self.kind):
            if step.name == cmd_name and cmd_name not in self.commands:
                self.commands[cmd_name] = step_command(self.kind, step)
        return super().get_command(ctx, cmd_name)


def group(name: str) -> KindNoun:
    """The commands of the kind that is called so on the command line."""
    return KindNoun(BY_NOUN[name.replace("-", "_")])


def steps(kind: type[Record]) -> tuple[Step, ...]:
    """The steps of a kind's lifecycle; none for most."""
    from comity.domain.lifecycles.table import STEPS

    return STEPS.get(kind.noun, ())


def show_command(kind: type[Record]) -> click.Command:
    """`comity KIND show REF`."""

    def show(call: Call, ref: str) -> None:
        from comity.desk.asking import find

        with opened_desk(call) as desk:
            _print(desk, call, find(desk, ref, kind.noun))

    return _command(kind, "show", show, f"Everything about one {_words(kind)}. {REF}", [_ref()])


def history_command(kind: type[Record]) -> click.Command:
    """`comity KIND history REF`."""

    def show(call: Call, ref: str) -> None:
        from comity.cli.telling import print_history
        from comity.desk.asking import find

        with opened_desk(call) as desk:
            print_history(desk, find(desk, ref, kind.noun), as_json=call.as_json)

    return _command(kind, "history", show, f"Who changed what in one {_words(kind)}, and why. {REF}", [_ref()])


def add_command(kind: type[Record]) -> click.Command:
    """`comity KIND add`."""

    def add(call: Call, in_group: str = "", commit_reason: str = "", **told: Any) -> None:
        from comity.desk import acting

        raw = given_fields(kind, told)
        with opened_desk(call) as desk:
            marking = str(raw.pop("marking", ""))
            reason = commit_reason or str(raw.get("reason", ""))
            with refused_by_option(kind, {name for name, value in told.items() if value}):
                record = acting.add(desk, kind.noun, raw, group=in_group, marking=marking, reason=reason)
            if call.as_json:
                _print(desk, call, record)
            else:
                print_lines(record.id)
                here = record.group == desk.store.private
                alone = f"; private: only {desk.institute} will ever hold it" if here else ""
                _print_after(desk, call, record, f": added{alone}")

    group_option = click.Option(["--group", "in_group"], default="", metavar="GROUP", help="Who may hold it, for life.")
    own = [*field_options(kind, facets(kind)), group_option, *_reason(kind)]
    return _command(kind, "add", add, f"Add one {_words(kind)}; prints its id.", own)


def set_command(kind: type[Record]) -> click.Command:
    """`comity KIND set REF`."""

    def change(call: Call, ref: str, settle: bool, commit_reason: str = "", **told: Any) -> None:
        from comity.desk import acting
        from comity.desk.asking import find

        raw = given_fields(kind, told)
        if not raw:
            raise UsageError("Nothing to set.", hint=f"Name a field: comity {kebab(kind.noun)} set --help")
        with opened_desk(call) as desk:
            opened = acting.open_record(desk, find(desk, ref, kind.noun))
            reason = commit_reason or str(raw.get("reason", ""))
            with refused_by_option(kind, raw):
                saved = acting.save(desk, opened, raw, reason=reason, settle=settle)
            for name in saved.moved:
                tell(f"{name} was changed elsewhere meanwhile; both values are kept until you settle them.")
            _print_after(desk, call, saved.record, f": saved {', '.join(raw)}")

    settle_option = click.Option(["--settle"], is_flag=True, help="Decide fields whose values are in conflict.")
    changing = [name for name, facet in facets(kind).items() if not facet.fixed]
    own = [_ref(), *field_options(kind, changing), settle_option, *_reason(kind)]
    return _command(kind, "set", change, f"Change fields of one {_words(kind)}. {REF}", own)


def retire_command(kind: type[Record]) -> click.Command:
    """`comity KIND retire REF`."""

    def retire(call: Call, ref: str, reason: str) -> None:
        from comity.desk import acting
        from comity.desk.asking import find

        with opened_desk(call) as desk:
            record = acting.retire(desk, find(desk, ref, kind.noun), reason)
            _print_after(desk, call, record, ": retired")

    why = click.Option(["--reason"], required=True, metavar="TEXT", help="Why; kept in the history.")
    return _command(
        kind, "retire", retire, f"Take one {_words(kind)} out of the lists; nothing is lost.", [_ref(), why]
    )


def step_command(kind: type[Record], step: Step) -> click.Command:
    """`comity KIND VERB REF`: one step of the lifecycle."""

    def take(call: Call, ref: str, reason: str, override: str, **told: Any) -> None:
        from comity.desk import stepping
        from comity.desk.asking import find
        from comity.desk.asking import ref as short

        with opened_desk(call) as desk:
            record = find(desk, ref, kind.noun)
            given = given_fields(kind, told)
            if step.grave:
                stepping.check(desk, record, step.name, reason, override, given)
                agree(f"{step.name}: {step.help} Is that meant?", short(desk, record), yes=call.yes)
            after = stepping.do(desk, record, step.name, reason=reason, override=override, given=given)
            _print_after(desk, call, after, _stepped(desk, step, record, after))

    own = [
        _ref(),
        click.Option(["--reason"], default="", metavar="TEXT", help="Why; kept in the history."),
        click.Option(["--override"], default="", metavar="TEXT", help="Pass a failed guard, and why."),
        *field_options(kind, (name for name in step.takes if name != "reason")),
    ]
    return _command(kind, step.name, take, f"{step.help or 'A step of its lifecycle.'} {REF}", own)


BUILDERS = {
    "list": list_command,
    "show": show_command,
    "history": history_command,
    "add": add_command,
    "set": set_command,
    "retire": retire_command,
}


def _command(kind: type[Record], name: str, run: Any, text: str, own: list[click.Parameter]) -> click.Command:
    example = kebab(kind.noun) + f" {name}" + (" SALTMARSH" if name != "add" and kind.code_field == "code" else " ...")
    return KindVerb(kind, name, callback=pass_call(run), params=own, help=text, epilog=f"Example: comity {example}")


def _ref() -> click.Argument:
    return click.Argument(["ref"], metavar="REF")


def _reason(kind: type[Record]) -> list[click.Parameter]:
    """Why it is done; a kind that has a reason of its own takes that one."""
    if "reason" in facets(kind):
        return []
    return [click.Option(["--reason", "commit_reason"], default="", metavar="TEXT", help="Why; kept in the history.")]


def _print(desk: "Desk", call: Call, record: Record) -> None:
    from comity.cli.telling import print_record
    from comity.desk.telling import as_json

    if call.as_json:
        print_json(as_json(desk, record))
    else:
        print_record(desk, record)


def _print_after(desk: "Desk", call: Call, record: Record, what: str) -> None:
    from comity.desk.asking import ref

    if call.as_json:
        _print(desk, call, record)
    elif not call.quiet:
        tell(f"{ref(desk, record)}{what}.")


def _stepped(desk: "Desk", step: Step, before: Record, after: Record) -> str:
    """The new state; of a step that leaves it as it is, the fields that it wrote."""
    from comity.cli.telling import moves

    if step.target:
        return f" is {words(str(getattr(after, step.field)))} now"
    moved = [name for name in facets(type(after)) if getattr(before, name) != getattr(after, name)]
    return "; ".join([f": {step.name}", *moves(desk, before, after, moved)])


def _words(kind: type[Record]) -> str:
    return words(kind.noun)


def _first_line(kind: type[Record]) -> str:
    return (kind.__doc__ or "").partition("\n")[0]
