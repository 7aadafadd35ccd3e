"""Start: a new home, the demo, the app, and how this installation is."""

import errno
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from comity.cli.asking import ask, asked_before, new_passphrase
from comity.cli.desks import day_told, loaded, opened_desk
from comity.cli.frame import Call, Verb, pass_call, unknown
from comity.cli.output import print_json, print_lines, print_text, tell, write_new
from comity.cli.streams import is_closed
from comity.domain.wording import words
from comity.errors import BadInput, ComityError, Refused, UsageError

if TYPE_CHECKING:
    from datetime import date

    from comity.bootstrap import Made
    from comity.desk.desk import Desk
    from comity.tui.app import ComityApp

MANY_WORDS = 12  # in a row are recovery words, not a path and not a card


@click.command("init", cls=Verb, epilog='Example: comity init --institute UK-AISI --person "A. Oak" --device laptop-1')
@click.option("--institute", default="", metavar="CODE", help="The code of your institute, such as UK-AISI.")
@click.option("--person", default="", metavar="NAME", help="Your name, as others will read it.")
@click.option("--device", default="", metavar="NAME", help="The name of this device.")
@click.option("--institute-name", default="", metavar="NAME", help="The full name of your institute.")
@click.option("--country", default="", metavar="CC", help="Its country, two letters.")
@click.option("--no-passphrase", is_flag=True, help="Keep the keys without one; every start says so.")
@click.option("--recovery-out", default="", metavar="FILE", help="Write the recovery words to a file, not the screen.")
@click.option("--recovery-public", default=None, metavar="CARD", help="Join an institute: one of its cards.")
@pass_call
def init(
    call: Call,
    institute: str,
    person: str,
    device: str,
    institute_name: str,
    country: str,
    no_passphrase: bool,
    recovery_out: str,
    recovery_public: str | None,
) -> None:
    """Make a home and this device's keys; nothing is sent. Prints the institute's recovery words once."""
    from comity import bootstrap
    from comity.home import home_folder

    home = home_folder(call.home)

    def tell_words(made: bootstrap.Made) -> None:
        """Before the home is in place, so that nobody has a home without its words."""
        try:
            _tell_words(made, home, recovery_out, as_json=call.as_json)
        except OSError as error:
            hint = "Let them be printed where they can be read, or name a new file: --recovery-out FILE."
            raise Refused(f"The recovery words were not told ({error.strerror}); no home was made.", hint) from None

    bootstrap.init(
        home,
        institute=ask("Institute", "--institute", institute),
        person=ask("Your name", "--person", person),
        device=ask("Name of this device", "--device", device, default="laptop-1"),
        institute_name=institute_name,
        country=country,
        recovery_public=None if recovery_public is None else _house(recovery_public),
        passphrase="" if no_passphrase else new_passphrase(),
        tell=tell_words,
    )
    if not call.as_json:
        tell(f"Made {home}.")


def _house(told: str) -> str:
    """The line that names an institute as it was given, or the file that holds it: what was given is never nothing."""
    from comity.desk.devices import text_of
    from comity.log.card import HOUSE, PREFIX

    spelled = len(told.split()) >= MANY_WORDS
    text = told if not told or HOUSE in told or PREFIX in told or spelled else text_of(Path(told))
    if len(text.split()) >= MANY_WORDS and HOUSE not in text and PREFIX not in text:
        hint = "`comity recovery show-public --words-file FILE` prints the public half, which is what it takes."
        raise BadInput("--recovery-public names words; recovery words themselves stay on paper.", hint)
    if not text.strip():
        hint = "Give a file with one of its cards, or the line itself. No home was made."
        raise BadInput(f"«{told}», which --recovery-public names, holds no card.", hint)
    return text


def _tell_words(made: "Made", home: Path, out: str, *, as_json: bool) -> None:
    if out:
        write_new(Path(out), made.words + "\n")
    elif made.words and getattr(sys.stdout, "name", "") == os.devnull:
        raise OSError(errno.EBADF, "the output is closed")
    words = "" if out else made.words
    if as_json:
        print_json({"home": str(home), "device": made.device, "recovery": words, "card": made.card})
    elif words:
        tell("Recovery words of your institute, shown once; write them on paper:")
        print_lines(words)
    if is_closed(sys.stdout) and words:
        raise OSError(errno.EBADF, "the output is closed")


@click.command("demo", cls=Verb, epilog="Example: comity demo --headless")
@click.option("--reset", is_flag=True, help="Make the demo anew.")
@click.option("--headless", is_flag=True, help="Print a summary instead of opening the app.")
@pass_call
def demo(call: Call, reset: bool, headless: bool) -> None:
    """Look around: sample exercises made from plan files and real logs, in a home of its own."""
    from comity import bootstrap

    home = Path(call.home).expanduser().absolute() if call.home else bootstrap.demo_home()
    if reset:
        bootstrap.remove_demo(home)
    if not home.exists() and not call.quiet:
        tell("Making the demo from plan files and logs; this takes a few seconds.")
    day = day_told(call)
    desk = bootstrap.demo(home, day)
    if headless:
        _say_demo(call, desk)
    desk.close()
    if not headless:
        _open_app(home, lambda: bootstrap.demo(home, day))


@click.command("ui", cls=Verb, epilog="Example: comity ui SALTMARSH/matrix")
@click.argument("target", default="", metavar="[REF|SECTION[/TAB]]")
@click.option("--filter", "query", default="", metavar="QUERY", help="Open the list with this filter.")
@click.option("--plain", is_flag=True, help="Print the page in words instead, for screen readers and mail.")
@pass_call
def ui(call: Call, target: str, query: str, plain: bool) -> None:
    """Open the app, at a record or a section if one is named."""
    if plain:
        with opened_desk(call) as desk:
            from comity.tui.linear import page_in_words

            print_lines(*page_in_words(lambda: desk, target, query, desk.settings))
        return
    from comity import settings
    from comity.home import check_home, home_folder

    home, day = home_folder(call.home), day_told(call)
    if sys.stdin.isatty() and _is_no_home(home):
        _found(home, day)
        return
    check_home(home)
    need_terminal()
    told = asked_before(home, settings.load(home))

    def opener() -> "Desk":
        from comity.bootstrap import open_desk

        return open_desk(home, today=day, ask=None if told is None else lambda: told)

    _open_app(home, opener, target, query)


@click.command("status", cls=Verb, epilog="Example: comity status --json")
@pass_call
def status(call: Call) -> None:
    """What this device holds, what waits, what is in conflict."""
    with opened_desk(call) as desk:
        _say_status(call, desk)


@click.command("doctor", cls=Verb, epilog="Example: comity doctor")
@pass_call
def doctor(call: Call) -> None:
    """What is wrong with this installation and how to mend it."""
    from comity import bootstrap
    from comity.cli.care import print_findings

    try:
        with opened_desk(call) as desk:
            found = bootstrap.doctor(desk)
    except ComityError as error:
        found = {"ok": False, "problems": [{"code": error.code, "text": error.message, "hint": error.hint}]}
    print_findings(found, as_json=call.as_json)
    if not found["ok"]:
        raise Refused("Something needs mending.", hint="The lines above say how.", code="unwell")


@click.command("completion", cls=Verb, epilog="Example: comity completion bash >> ~/.bashrc")
@click.argument("shell", metavar="bash|zsh|fish")
@pass_call
def completion(call: Call, shell: str) -> None:
    """Print the completion of commands for your shell."""
    from click.shell_completion import get_completion_class

    from comity.cli.app import COMPLETE, root

    found = get_completion_class(shell)
    if found is None:
        raise unknown(f"There is no completion for «{shell}».", shell, ("bash", "zsh", "fish"))
    print_text(found(root, {}, "comity", COMPLETE).source())


def need_terminal() -> None:
    """The app reads keys: raises UsageError where nobody could press one."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        hint = "Run it in one; `comity status` and `comity TYPE list` print without."
        raise UsageError("The app needs a terminal.", hint)


def _open_app(home: Path, opener: Callable[[], "Desk"], target: str = "", query: str = "") -> None:
    """The app; the store, and all that is slow to load, opens behind its first frame."""
    from comity import settings
    from comity.tui.app import ComityApp

    need_terminal()
    loaded()
    chosen = settings.load(home)
    _run(ComityApp(opener, start=target, filter=query, settings=chosen), mouse=chosen.screen.mouse)


def _run(app: "ComityApp", *, mouse: bool = True) -> None:
    """Raises the bug that ended the app, so that it is logged and told like one of a command."""
    app.run(mouse=mouse)
    if app.bug:
        raise app.bug
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)


def _is_no_home(home: Path) -> bool:
    """Whether there is nothing yet, or only what an attempt to make a home left."""
    from comity.home import KEYS, STORE

    return not home.exists() or (home.is_dir() and not (home / KEYS).exists() and not (home / STORE).exists())


def _found(home: Path, day: "date | None") -> None:
    """The first run: the app asks, the home is made, the app goes on in it."""
    from comity import bootstrap
    from comity.tui.founding import FoundingApp, Founds
    from comity.tui.screens.first import Answers

    def make(answers: Answers, tell_words: Callable[[str], None]) -> Callable[[], "Desk"]:
        bootstrap.init(home, **answers._asdict(), tell=lambda made: tell_words(made.words))
        return lambda: bootstrap.open_desk(home, today=day, ask=lambda: answers.passphrase)

    need_terminal()
    loaded()
    _run(FoundingApp(Founds(make, lambda: bootstrap.demo(bootstrap.demo_home(), day))))


def _say_demo(call: Call, desk: "Desk") -> None:
    """Where the demo is, and what to do first with what its partner sent."""
    from comity.bootstrap import demo_partner
    from comity.desk.demo import DISPUTED, PARTNER

    beside = demo_partner(desk.home)
    if beside is None:
        _say_status(call, desk)
        tell("Its partner or the bundle of theirs is gone: --reset makes the demo anew.")
        return
    partner, waiting = beside
    ours = f"comity --home {quote(str(desk.home))}"
    steps = [
        f"{ours} bundle read {quote(str(waiting))}",
        f"{ours} conflict settle {DISPUTED} --field due --value 2026-12-11 --reason 'after their registry has moved'",
        f"{ours} bundle write answer.comity --for {PARTNER}",
    ]
    _say_status(call, desk, {"partner": str(partner), "bundle": str(waiting), "next": steps})
    if not call.as_json:
        print_lines(f"{PARTNER} has a home here too: {partner}", f"A bundle of theirs waits: {waiting}")
        print_lines("Receive it, settle what you both changed, and answer:", *(f"  {step}" for step in steps))


def _say_status(call: Call, desk: "Desk", beside: Mapping[str, object] | None = None) -> None:
    from comity.desk import care
    from comity.desk.members.ended import ended
    from comity.domain.kinds import BY_NOUN
    from comity.domain.wording import some

    found = {**care.status(desk), **(beside or {})}
    if call.as_json:
        print_json(found)
        return
    print_lines(f"{found['institute']}, {found['person']}, {found['device']}: {found['home']}")
    here = {kind: count for kind, count in found["records"].items() if count}
    print_lines(", ".join(some(count, words(kind), words(BY_NOUN[kind].plural)) for kind, count in here.items()))
    told = ("envelopes", "not_elsewhere", "conflicts", "waiting", "void", "missing")
    print_lines(", ".join(f"{words(name)} {found[name]}" for name in told))
    print_lines(*(each.told for each in ended(desk)))
    _say_partners(desk)
    for hub in found["hubs"]:
        reached = f"reached {hub['reached_at']:%Y-%m-%d %H:%M} UTC" if hub["reached_at"] else "not reached yet"
        print_lines(f"hub {hub['name']} ({hub['url']}): {reached}, sent {hub['sent']}, withheld {hub['withheld']}")


def _say_partners(desk: "Desk") -> None:
    """Who was heard when, and what each lacks of what is here."""
    from comity.desk.carriers import partners
    from comity.domain.when import show_moment

    for each in partners.partners(desk):
        if each.standing:
            word = f"last word {show_moment(each.last_word, desk.today)}" if each.last_word else "no word yet"
            print_lines(f"{each.group_name}: {each.institute} {each.called}, {word}, lacks {each.lacks}")
