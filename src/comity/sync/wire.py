"""The messages between a device and a carrier: msgpack maps, each with an answer, none with a position to remember.

    POST /v1/challenge  Hello    -> Challenge   no session needed
    POST /v1/session    Login    -> Session     proves the carrier key; what follows bears `Session.token`
    POST /v1/look       Look     -> Looked      what the carrier holds of the groups this device stands in
    POST /v1/links      Links    -> Chain       the ids of a chain with a fork or a hole
    POST /v1/pull       Pull     -> Page        envelopes by seat and seq, and by id
    POST /v1/push       Push     -> Pushed      envelopes, in an order in which each act comes before what it seats
    POST /v1/receipts   Swap     -> Receipts    newer receipts, both ways
    GET  /v1/events     server-sent events: `event: moved`, `data: ` the id of a group in hex; a wake-up, never content

Whatever is refused answers with a `Fault`. A group the device does not stand in gets the answer of one that is not
there: absent from `Looked`, and the fault `no_group` with status 404 everywhere else. Unknown fields are skipped, so
that a later version may say more.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from comity.log.acts import Key
from comity.log.body import Malformed
from comity.log.commit import Dot, Moment
from comity.log.envelope import sign, verify
from comity.log.keys import signing_key
from comity.log.receipt import Number, Tip
from comity.log.receipt import knot as knot

MEDIA = "application/msgpack"
CONTEXT = b"comity session 1\x00"
PAGE = 1_000  # envelopes of a page or push
PAGE_BYTES = 1024 * 1024  # and their bytes together; one envelope alone always fits
CHAIN = 20_000  # links of one answer
MESSAGE_LIMIT = 2 * 1024 * 1024  # bytes of any message; a server stops reading there
GROUPS = 1_000
SEATS = 5_000

M = TypeVar("M")
Name = Annotated[str, Meta(min_length=1, max_length=255)]
Code = Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$(?!\n)")]  # it reaches logs and databases of whoever is told it
Token = Annotated[str, Meta(pattern=r"^[!-~]{16,200}$(?!\n)")]  # it goes into a header
Raw = Annotated[bytes, Meta(min_length=200, max_length=200 + 256 * 1024)]
SignedReceipt = Annotated[bytes, Meta(min_length=64, max_length=512 * 1024)]
_ENCODER = msgspec.msgpack.Encoder()


class Order(NamedTuple):
    """Which receipt of a device is the newer: highest by its clock, then by how much it holds."""

    at_ms: Moment
    held: Number


class Link(NamedTuple):
    """An envelope of a chain, as far as two sides need to tell what the other lacks."""

    seq: Number
    id: Key
    whole: bool  # its body is there, or it never lacks one


class Hello(Struct, frozen=True):
    """Who wants to open a session: the signing and the carrier key of a device."""

    device: Key
    carrier: Key


class Challenge(Struct, frozen=True):
    """What to sign: which hub this is, and a number it gives out once."""

    hub: Dot
    nonce: Key


class Proof(Struct, frozen=True):
    """What a device signs to open a session; `host` is the hub's name as this device was told it, so none relays it."""

    hub: Dot
    host: Name
    nonce: Key
    at_ms: Moment
    device: Key
    carrier: Key
    invite: Annotated[str, Meta(max_length=200)] = ""


class Login(Struct, frozen=True):
    """A proof in its bytes, and the signature of the carrier key."""

    proof: Annotated[bytes, Meta(max_length=2_000)]
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]

    @classmethod
    def of(cls, proof: Proof, carrier: bytes) -> "Login":
        """Signed with the seed of the carrier key."""
        packed = encode(proof)
        return cls(packed, sign(CONTEXT, packed, signing_key(carrier)))

    def checked(self) -> Proof | None:
        """What was proved; None where the signature is not that of the carrier key it names."""
        proof = decode(self.proof, Proof)
        return proof if verify(CONTEXT, self.proof, self.signature, proof.carrier) else None


class Session(Struct, frozen=True):
    """The open session, until when."""

    token: Token
    until_ms: Moment


class State(Struct, frozen=True):
    """What a side holds of a group: tips, orders of receipts, and a knot for each chain that is no plain line.

    A line is 1, 2, 3 ... along `prev`, which its tip stands for; forks and holes are told apart by `knot`.
    """

    tips: Annotated[dict[Dot, Tip], Meta(max_length=SEATS)] = field(default_factory=dict)
    knots: Annotated[dict[Dot, Key], Meta(max_length=SEATS)] = field(default_factory=dict)
    receipts: Annotated[dict[Key, Order], Meta(max_length=SEATS)] = field(default_factory=dict)

    @property
    def mark(self) -> bytes:
        """Equal on two sides that hold the same: there is nothing to say."""
        return hashlib.blake2b(
            _ENCODER.encode([sorted(part.items()) for part in (self.tips, self.knots, self.receipts)]), digest_size=16
        ).digest()


class Look(Struct, frozen=True):
    """The marks of groups held here, in the order of their ids after the one named."""

    marks: Annotated[dict[Dot, Dot], Meta(max_length=GROUPS)]
    after: Annotated[bytes, Meta(max_length=16)] = b""


class Looked(Struct, frozen=True):
    """All groups the device stands in, also those not asked for, by their ids; None: same mark; `more` follow."""

    groups: Annotated[dict[Dot, State | None], Meta(max_length=GROUPS)]
    more: bool = False


class Links(Struct, frozen=True):
    """Ask for the chain of a seat, from the link after this one in the order (seq, id)."""

    group: Dot
    seat: Dot
    after: tuple[Number, Key] = (0, bytes(32))


class Chain(Struct, frozen=True):
    """Links in the order (seq, id); `more` follow."""

    links: Annotated[tuple[Link, ...], Meta(max_length=CHAIN)]
    more: bool = False


class Pull(Struct, frozen=True):
    """Ask for the envelopes of seats above a seq, in the order given and by seq, then for those of these ids.

    `types` are the types of envelope wanted by seat (1 commit, 2 act).
    """

    group: Dot
    above: Annotated[dict[Dot, Number], Meta(max_length=SEATS)] = field(default_factory=dict)
    ids: Annotated[tuple[Key, ...], Meta(max_length=PAGE)] = ()
    types: Annotated[tuple[int, ...], Meta(max_length=2)] = (1, 2)


class Page(Struct, frozen=True):
    """Encoded envelopes as held, with or without body; `more` of what was asked is there."""

    envelopes: Annotated[tuple[Raw, ...], Meta(max_length=PAGE)]
    more: bool = False


class Push(Struct, frozen=True):
    """Envelopes for a group."""

    group: Dot
    envelopes: Annotated[tuple[Raw, ...], Meta(max_length=PAGE)]


class Pushed(Struct, frozen=True):
    """How many were new, and the ids of those not kept, with the code of the reason: `seat`, `signature`, `malformed`.

    An id is empty where the bytes are no envelope.
    """

    fresh: Number
    refused: Annotated[tuple[tuple[bytes, Code], ...], Meta(max_length=PAGE)] = ()


class Swap(Struct, frozen=True):
    """Receipts that the other side has not, and the devices whose newer ones are wanted."""

    group: Dot
    give: Annotated[tuple[SignedReceipt, ...], Meta(max_length=PAGE)] = ()
    want: Annotated[tuple[Key, ...], Meta(max_length=PAGE)] = ()


class Receipts(Struct, frozen=True):
    """The receipts asked for, as far as they are there (see `log.receipt.Signed`)."""

    receipts: Annotated[tuple[SignedReceipt, ...], Meta(max_length=PAGE)] = ()


class Fault(Struct, frozen=True):
    """Why not: a code for programs (`no_group`, `no_session`, `limit` ...), a sentence and what to do for people."""

    code: Code
    message: str
    hint: str = ""


def encode(message: Struct) -> bytes:
    """The bytes that go over the wire."""
    return _ENCODER.encode(message)


def decode(data: bytes, sort: type[M]) -> M:
    """A message of the sort expected; anything else is malformed."""
    if len(data) > MESSAGE_LIMIT:
        raise Malformed("A message is larger than 2 MiB.")
    try:
        return msgspec.msgpack.decode(data, type=sort)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Malformed(f"This is no {sort.__name__.lower()}: {error}.") from error


def pages(items: Iterable[bytes], room: int = PAGE_BYTES) -> Iterator[tuple[bytes, ...]]:
    """As many at a time as one page holds."""
    some: list[bytes] = []
    size = 0
    for each in items:
        if some and (len(some) == PAGE or size + len(each) > room):
            yield tuple(some)
            some, size = [], 0
        some.append(each)
        size += len(each)
    if some:
        yield tuple(some)
