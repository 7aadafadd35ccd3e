"""Opening and closing the keys for a while: unlock, lock."""

from collections.abc import Mapping

import click

from comity.cli import asking
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, tell
from comity.errors import UsageError

NONE = "This device has no passphrase, so it is always open; `comity passphrase` gives it one."
UNLOCK = """Ask for the passphrase once, and keep the keys open for all commands of this login.

The session is a file of yours alone in XDG_RUNTIME_DIR, which the system forgets at logout; it ends by itself when its
time is over or the machine was started anew, and at once with `comity lock`.

The passphrase is looked for in this order: the file that COMITY_PASSPHRASE_FILE names; the program that
general.passphrase_command names; the session; a question on the terminal. Where none of them tells it, a command ends
with exit code 7. There is no variable that holds the passphrase itself.

A program that prints it (its first line counts, no shell runs), for people with a keyring:

\b
  comity config set general.passphrase_command \\
      '["secret-tool", "lookup", "service", "comity"]'

Cron has no login and no session: name a file that only you can read (chmod 600).

\b
  COMITY_PASSPHRASE_FILE=/etc/comity/passphrase
  */15 * * * *  comity sync --quiet

Or leave it out: a locked device still carries. `comity sync` then fetches and verifies by the carrier key, which opens
nothing else; the next command that opens the keys takes it in. What this device wrote waits until then.

systemd keeps it sealed to the machine: systemd-creds encrypt --name=comity - /etc/credstore.encrypted/comity, and in
the unit

\b
  [Service]
  LoadCredentialEncrypted=comity
  Environment=COMITY_PASSPHRASE_FILE=%d/comity
  ExecStart=comity sync
"""


@click.command("unlock", cls=Verb, help=UNLOCK, epilog="Example: comity unlock --for 8h")
@click.option("--for", "length", default="8h", show_default=True, metavar="TIME", help="How long: 30min, 8h, 2d.")
@pass_call
def unlock(call: Call, length: str) -> None:
    """Keep the keys open for a while."""
    from comity import settings, unlocking
    from comity.domain.when import age
    from comity.home import check_home, home_folder

    try:
        lasts = age(length)
    except ValueError as error:
        raise UsageError(str(error), hint="Write it as in --for 8h.") from error
    home = home_folder(call.home)
    check_home(home)
    file = unlocking.key_file(home)
    if not file.has_passphrase:
        _say(
            call,
            {"device": file.card.name, "until": None},
            NONE,
        )
        return
    ask = asking.passphrase if asking.at_terminal() else None
    until = unlocking.unlock(file, settings.load(home), ask, lasts)
    told = {"device": file.card.name, "until": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    _say(call, told, f"{file.card.name} is unlocked until {until:%Y-%m-%d %H:%M} UTC. `comity lock` ends it.")


@click.command("lock", cls=Verb, epilog="Example: comity lock")
@pass_call
def lock(call: Call) -> None:
    """End the session of `unlock`: its file is overwritten and removed. What runs already is not stopped."""
    from comity import unlocking
    from comity.home import check_home, home_folder

    home = home_folder(call.home)
    check_home(home)
    file = unlocking.key_file(home)
    ended = unlocking.lock(file)
    if not file.has_passphrase:
        _say(
            call,
            {"device": file.card.name, "ended": ended},
            NONE,
        )
        return
    _say(call, {"device": file.card.name, "ended": ended}, "Locked." if ended else "It was locked already.")


def _say(call: Call, told: Mapping[str, object], sentence: str) -> None:
    if call.as_json:
        print_json(told)
    elif not call.quiet:
        tell(sentence)
