"""The settings of a home; each field says what it does.

`config.toml` is the user's and only read; `config.local.toml` is what `comity config set` writes, and wins.
"""

import contextlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import FieldInfo, fields

from comity.errors import BadInput, Problem
from comity.home import OURS, USERS, replace_file
from comity.toml_file import read_toml


class General(Struct, frozen=True):
    """How this home works, whatever the screen."""

    stale_after: Annotated[
        int, Meta(ge=1, le=3650, description="Days without a word after which a running run is stale.")
    ] = 3
    person: Annotated[
        str,
        Meta(
            max_length=200,
            pattern=r"^[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]*$",
            description="Your name in new commits; empty means the one given at init.",
            extra={"give": "a text without control characters"},
        ),
    ] = ""
    group: Annotated[str, Meta(description="The group of new records that have no parent; empty means private.")] = ""
    passphrase_command: Annotated[
        tuple[str, ...],
        Meta(description="A program and its arguments that print the passphrase; no shell runs."),
    ] = ()


class Screen(Struct, frozen=True):
    """How the app looks."""

    glyphs: Annotated[
        Literal["auto", "unicode", "ascii"],
        Meta(description="Signs on the screen; auto takes ascii where the locale makes them two cells wide."),
    ] = "auto"
    theme: Annotated[
        Literal["auto", "dark", "light", "256", "mono", "contrast", "contrast-light"],
        Meta(description="Colours; auto looks at what the terminal can show and at NO_COLOR."),
    ] = "auto"
    ceiling: Annotated[
        Literal["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"],
        Meta(description="Records marked above this keep their place in lists, their text is masked until `m`."),
    ] = "TLP:AMBER+STRICT"
    mouse: Annotated[bool, Meta(description="Whether the app takes the mouse; false leaves it to the terminal.")] = True


class Listing(Struct, frozen=True):
    """How one list opens."""

    order: Annotated[tuple[str, ...], Meta(description="Fields to sort by, -field for the other way round.")] = ()
    filter: Annotated[str, Meta(description="The query the list opens with.")] = ""


class Hub(Struct, frozen=True):
    """A hub that this device syncs with; `comity hub add` writes it."""

    url: Annotated[str, Meta(description="Its address, such as https://hub.example.org.")] = ""
    id: Annotated[
        str,
        Meta(
            pattern="^([0-9a-f]{32})?$",
            description="Which hub this is: another one under its address is not spoken to.",
            extra={"give": "its 32 hexadecimal digits"},
        ),
    ] = ""
    ca: Annotated[str, Meta(description="A file with the authority that signed its certificate, if it is private.")] = (
        ""
    )
    cert: Annotated[str, Meta(description="A file with the client certificate that it asks for.")] = ""
    key: Annotated[str, Meta(description="A file with the private key of that certificate.")] = ""
    proxy: Annotated[str, Meta(description="A proxy on the way; those of the environment are never taken.")] = ""


class Settings(Struct, frozen=True):
    """All settings of one home."""

    general: General = General()
    screen: Screen = Screen()
    keys: Annotated[
        dict[str, str], Meta(description="Other keys for an action, by the id that the keys overlay shows.")
    ] = {}
    filters: Annotated[
        dict[str, dict[str, str]], Meta(description="Saved queries by name, under the kind they are for.")
    ] = {}
    lists: Annotated[dict[str, Listing], Meta(description="Order and start filter of a list, by kind.")] = {}
    hubs: Annotated[dict[str, Hub], Meta(description="The hubs that this device syncs with, by name.")] = {}


def load(home: Path) -> Settings:
    """The settings of a home, ours over the user's; raises BadInput naming every wrong line."""
    merged: dict[str, Any] = {}
    for name in (USERS, OURS):
        path = home / name
        if path.exists():
            merged = _over(merged, _read(path))
    return convert(merged, Settings)


def change(home: Path, key: str, text: str) -> Settings:
    """Set one key (`screen.theme`) to what a person typed; an empty text goes back to the default."""
    parts = key.split(".")
    values = _ours(home)
    kind = _type_at(parts)
    if kind is None:
        near = _near(key, [row[0] for row in rows(Settings())])
        raise BadInput(f"there is no setting «{key}»{near}", "`comity config show` lists them.")
    at = values
    for part in parts[:-1]:
        at = at.setdefault(part, {})
    if text:
        at[parts[-1]] = _typed(kind, key, text)
    else:
        at.pop(parts[-1], None)
    return _written(home, values)


def keep_hub(home: Path, name: str, hub: Hub) -> Settings:
    """Write a hub down, over what is there of that name."""
    values = _ours(home)
    told = {field.name: getattr(hub, field.name) for field in fields(Hub)}
    values.setdefault("hubs", {})[name] = {key: value for key, value in told.items() if value}
    return _written(home, values)


def drop_hub(home: Path, name: str) -> Settings:
    """Forget a hub, as far as it is not in the user's own file."""
    values = _ours(home)
    values.get("hubs", {}).pop(name, None)
    return _written(home, values)


def rows(settings: Settings) -> Iterator[tuple[str, Any, str]]:
    """Every setting with its value and its sentence, in the order of the manual."""
    for section in fields(Settings):
        value = getattr(settings, section.name)
        if not isinstance(value, Struct):
            yield section.name, value, _sentence(section)
            continue
        for field in fields(value):
            yield f"{section.name}.{field.name}", getattr(value, field.name), _sentence(field)


def _ours(home: Path) -> dict[str, Any]:
    return _read(home / OURS) if (home / OURS).exists() else {}


def _written(home: Path, values: Mapping[str, Any]) -> Settings:
    import tomli_w

    replace_file(home / OURS, tomli_w.dumps(values).encode())
    return load(home)


def _read(path: Path) -> dict[str, Any]:
    values, text = read_toml(path, f"mend {path}; `comity config show` lists what there is")
    problems = list(_problems(values, text))
    if problems:
        hint = "Mend these lines; `comity config show` lists what there is."
        raise BadInput(f"{path} has settings that Comity does not understand.", hint, problems=problems)
    return values


def _problems(values: Mapping[str, Any], text: str) -> Iterator[Problem]:
    for key, value in _leaves(values):
        kind = _type_at(key.split("."))
        where = f"line {_line(text, key)}: "
        if kind is None:
            near = _near(key, [row[0] for row in rows(Settings())])
            yield Problem(key, f"{where}there is no such setting{near}")
            continue
        try:
            convert(value, kind)
        except ValidationError as error:
            yield Problem(key, f"{where}{_right(kind, error)}")


def _leaves(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _type_at(parts: list[str]) -> Any:
    """The type that a dotted key must have; None if there is no such key."""
    kind: Any = Settings
    for part in parts:
        if isinstance(kind, type) and issubclass(kind, Struct):
            kind = next((field.type for field in fields(kind) if field.name == part), None)
        else:
            kind = _value_type(kind)
        if kind is None:
            return None
    return kind


def _value_type(kind: Any) -> Any:
    """The type of the values of a mapping; None for everything else."""
    while hasattr(kind, "__metadata__"):
        kind = kind.__origin__
    return kind.__args__[1] if getattr(kind, "__origin__", None) is dict else None


def _typed(kind: Any, key: str, text: str) -> Any:
    """What a person typed as the type of the key: a word as it is, anything else as TOML writes it."""
    wrong: list[str] = []
    for value in _readings(text):
        try:
            convert(value, kind)
        except ValidationError as error:
            wrong.append(_right(kind, error))
        else:
            return value
    raise BadInput(f"{key}: {wrong[0]}.", hint="`comity config show` tells what it is for.")


_LIST: Final = """a list of texts as TOML writes it, '["one", "two"]'"""
_GIVEN: Final = {
    "int": "a whole number",
    "bool": "true or false",
    "str": "a text",
    "array": _LIST,
    "object": "a table, as `comity config show` lists its keys",
}


def _right(kind: Any, error: ValidationError) -> str:
    """What would be right instead."""
    words = [*getattr(kind, "__args__", ()), *getattr(getattr(kind, "__origin__", None), "__args__", ())]
    choices = [word for word in words if isinstance(word, str)]
    if choices:
        return f"give one of {', '.join(choices)}"
    why = str(error)
    if "matching regex" in why:
        return f"give {_told(kind, 'give')}"
    if " - at `$[" in why:  # one element of it
        return f"give {_LIST}"
    wanted = re.match(r"Expected `(\w+)`(?:, got.*)?(.*)", why)
    return f"give {_GIVEN[wanted[1]]}{wanted[2]}" if wanted and wanted[1] in _GIVEN else why.replace("`", "")


def _readings(text: str) -> Iterator[Any]:
    with contextlib.suppress(ValueError, RecursionError):  # a number can have more digits than are read
        yield tomllib.loads(f"value = {text}")["value"]
    yield text


def _sentence(field: FieldInfo) -> str:
    return _told(field.type, "description")


def _told(kind: Any, what: str) -> str:
    """What the declaration of a setting says of it: its description, or what to give."""
    metas = [each for each in getattr(kind, "__metadata__", ()) if isinstance(each, Meta)]
    said = [getattr(each, what, None) or (each.extra or {}).get(what) for each in metas]
    return next((str(told) for told in said if told), "")


def _near(key: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known, n=1)
    return f"; did you mean «{near[0]}»?" if near else ""


def _line(text: str, key: str) -> int:
    """The line where a dotted key is written; the first if it cannot be told."""
    section, name, number = "", key.rpartition(".")[2], 1
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].strip()
        if words.startswith("["):
            section = words.strip("[] ") + "."
        elif f"{section}{words.split('=')[0].strip()}" == key:
            return number
    return next((at for at, line in enumerate(text.splitlines(), 1) if name in line), 1)


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        merged[name] = _over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
