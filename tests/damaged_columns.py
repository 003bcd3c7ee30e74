"""Damage to a file of columns that its checksums do not see: the directory of the .npz lies."""

DAMAGED = {
    "compressed with bzip2": 12,
    "compressed with deflate64": 9,
    "compressed with LZMA": 14,
}
"""Method that the first member claims instead of deflate, 8."""


def damaged(content: bytes, case: str) -> bytes:
    """The file with the first member claiming another method; with LZMA, of impossible options."""
    changed = bytearray(content)
    directory = content.index(b"PK\x01\x02")
    changed[directory + 10] = DAMAGED[case]
    if DAMAGED[case] == 14:
        names = int.from_bytes(content[26:28], "little") + int.from_bytes(content[28:30], "little")
        first = 30 + names
        changed[first + 2 : first + 9] = b"\x05\x00" + 5 * b"\xff"
    return bytes(changed)
