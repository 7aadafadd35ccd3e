"""Ids of records that come from elsewhere: the same source is the same record, on whichever laptop it is read."""

import hashlib

from uuid_utils import uuid8

SEPARATOR = "\x1f"


def source_id(group: str, noun: str, *key: str) -> str:
    """A UUIDv8 from a hash of the group, the kind and the key of the source."""
    told = SEPARATOR.join((group, noun, *key)).encode()
    number = int.from_bytes(hashlib.blake2b(told, digest_size=16, person=b"comity record").digest(), "big")
    return str(uuid8(number >> 80, number >> 64 & 0xFFF, number & (1 << 62) - 1))
