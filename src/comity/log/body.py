"""What an envelope carries: msgpack, zstd where that is shorter, sealed under a key of the group; bounded both ways."""

import hashlib
import os
import sys
from collections.abc import Callable
from typing import Any

import msgspec
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as _decrypt
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as _encrypt
from nacl.exceptions import CryptoError

from comity.errors import IntegrityFailure, Refused

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CARRIED_LIMIT = 256 * 1024
OPENED_LIMIT = 1024 * 1024
NONCE = 24
TAG = 16
WORTH_PACKING = 120  # below it zstd saves nothing and costs more than all the rest

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"  # never the start of a body: those are msgpack arrays
_WINDOW = {int(zstd.DecompressionParameter.window_log_max): 21}
_ENCODER = msgspec.msgpack.Encoder()

Entropy = Callable[[int], bytes]


class Malformed(IntegrityFailure):
    """Bytes that are not what Comity writes: layout, size, hash or content."""

    code = "malformed"


def key_id(key: bytes) -> bytes:
    """The name of a key: an envelope that carries it opens under no other."""
    return hashlib.blake2b(key, digest_size=32).digest()[:16]


def pack(content: Any) -> bytes:
    """A content (structs, lists, plain values) as the bytes that are sealed, or carried in the clear."""
    packed = _ENCODER.encode(content)
    if len(packed) > OPENED_LIMIT:
        raise _too_large()
    if len(packed) < WORTH_PACKING:
        return packed
    return min(packed, zstd.compress(packed), key=len)


def unpack(data: bytes) -> bytes:
    """The msgpack bytes again; a bomb is stopped while it unfolds."""
    if data[:4] != _ZSTD_MAGIC:
        if len(data) > OPENED_LIMIT:
            raise Malformed("The body of an envelope is larger than 1 MiB.")
        return data
    stream = zstd.ZstdDecompressor(options=_WINDOW)
    try:
        packed = stream.decompress(data, max_length=OPENED_LIMIT + 1)
    except zstd.ZstdError as error:
        raise Malformed(f"The body of an envelope does not decompress: {error}.") from error
    if len(packed) > OPENED_LIMIT:
        raise Malformed("The body of an envelope opens to more than 1 MiB.")
    if not stream.eof or stream.unused_data:
        raise Malformed("The body of an envelope is cut short or has bytes after its end.")
    return packed


def sealed_length(packed: bytes) -> int:
    """How long `packed` is once sealed; refuses what no envelope can carry."""
    return checked_length(NONCE + len(packed) + TAG)


def checked_length(length: int) -> int:
    """`length`, refused where no envelope can carry it."""
    if length > CARRIED_LIMIT:
        raise _too_large()
    return length


def seal(packed: bytes, key: bytes, bound: bytes, entropy: Entropy = os.urandom) -> bytes:
    """A nonce and the ciphertext; `bound` are the clear bytes it belongs to and opens with."""
    nonce = entropy(NONCE)
    return nonce + _encrypt(packed, bound, nonce, key)


def unseal(body: bytes, key: bytes, bound: bytes) -> bytes:
    """What was sealed; wrong key, or one changed bit in body or `bound`, is malformed."""
    try:
        return _decrypt(body[NONCE:], bound, body[:NONCE], key)
    except (CryptoError, ValueError) as error:
        raise Malformed("The body of an envelope does not open: other key, or changed bytes.") from error


def _too_large() -> Refused:
    return Refused(
        "This is more than one envelope can carry (256 KiB sealed, 1 MiB opened).",
        hint="Save it in smaller steps, or keep long texts elsewhere and point to them.",
        code="too_large",
    )
