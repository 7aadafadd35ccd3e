"""What is typed in a terminal, or done on a page that its words do not name: the palette shows the way there."""

from typing import Final, NamedTuple


class Typed(NamedTuple):
    """Something to do: what it is, its command line, other words for it, and the place in the app, if there is one."""

    does: str
    command: str
    words: str = ""
    place: str = ""
    then: str = ""  # what to do in that place


_SEATS: Final = "sharing/groups"
TYPED: Final[tuple[Typed, ...]] = (
    Typed("Found a group", "comity group create NAME", "create share partner"),
    Typed(
        "Admit a device", "comity group admit NAME --device CARD --role ROLE", "invite member", _SEATS, "enter, then a"
    ),
    Typed(
        "Revoke a device",
        "comity group revoke NAME --device ID --reason TEXT",
        "lost stolen remove",
        _SEATS,
        "enter, then x",
    ),
    Typed("Revoke an institute", "comity group revoke NAME --institute CODE --reason TEXT", "leave remove"),
    Typed("Take a new seat after a restore", "comity group renew", "fork"),
    Typed("Show the card of this device", "comity device card --out FILE", "join fingerprint key"),
    Typed("Keep the card of another device", "comity device add CARD", "partner fingerprint compare"),
    Typed("Add a hub", "comity hub add NAME URL --invite-file FILE", "server sync carrier"),
    Typed("Run a hub", "comity hub serve --database URL", "server host"),
    Typed("Invite a device to a hub", "comity hub invite --institute CODE --database URL", "server code"),
    Typed("Sync whenever something moves", "comity sync --watch", "hub timer background"),
    Typed("See hubs and partners", "comity hub list", "carriers receipt last heard", "sharing/carriers"),
    Typed("Say what this device holds", "comity receipt --out FILE", "acknowledge"),
    Typed("Adopt late work", "comity late adopt ID --reason TEXT", "tray revoked", "sharing/late", "d"),
    Typed(
        "Settle a conflict",
        "comity conflict settle REF --field FIELD --keep N --reason TEXT",
        "merge",
        "sharing/conflicts",
        "h l, then enter",
    ),
    Typed("Release a copy", "comity tearline REF --to GROUP --fields A,B", "disclose share redact"),
    Typed(
        "Call a copy back",
        "comity disclosure retract REF --reason TEXT",
        "retract disclosures released tearline",
        "sharing/disclosures",
        "d",
    ),
    Typed("Revoke by the recovery words", "comity recovery revoke --words-file FILE --group NAME", "lost paper"),
    Typed("Come back by the recovery words", "comity recovery admit --words-file FILE", "lost paper restore"),
    Typed("Back this home up", "comity backup FILE", "save copy"),
    Typed("Restore a backup", "comity restore FILE", "bring back"),
    Typed("Verify the store", "comity verify", "check signatures damage integrity"),
    Typed("Make all rows anew", "comity rebuild", "repair"),
    Typed("Ask the doctor what is wrong", "comity doctor", "installation problem mend"),
    Typed("Erase a record for good", "comity erase REF --reason TEXT", "delete forget privacy"),
    Typed("Keep the keys open", "comity unlock --for 8h", "passphrase"),
    Typed("Close the keys", "comity lock", "passphrase"),
    Typed("Change the passphrase", "comity passphrase", "password"),
    Typed("Change a setting", "comity config set KEY VALUE", "theme keys glyphs"),
    Typed("Write a plan file", "comity export plan EXERCISE --out FILE", "toml"),
    Typed("Write an after-action report", "comity report EXERCISE --for INSTITUTE --out FILE", "html docx"),
    Typed("Write a sheet", "comity export sheet KIND --out FILE", "csv xlsx excel"),
    Typed("Read rows of a sheet", "comity import sheet FILE --kind KIND", "csv xlsx excel import"),
)
