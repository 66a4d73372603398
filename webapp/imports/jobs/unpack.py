"""Files as a stream of bytes, out of whatever they are packed in, counted as they are read.

A limit holds for the bytes that come out, never for what a header claims; nothing is written under a name that
stands in an archive.
"""

import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from webapp.errors import FieldError, Invalid, Problem, TooLarge, Unsupported

MOST_SENT = 256 << 20
MOST_UNPACKED = 4 << 30
CHUNK = 1 << 18
XZ_MEMORY = 192 << 20
DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError)


class Unpacked(io.RawIOBase):
    """The unpacked bytes of a file; `count` and `digest()` are of what has been read so far."""

    def __init__(self, path: Path, most: int | None = None) -> None:
        super().__init__()
        self.count = 0
        self._most = MOST_UNPACKED if most is None else most
        self._sha = hashlib.sha256()
        self._file = path.open("rb")
        self._chunks = _guarded(_chunks(self._file))
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        """Fill the buffer as far as one chunk goes.

        Raises TooLarge when more comes out than is allowed, Invalid when the packing is damaged.
        """
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self.count += len(chunk)
            if self.count > self._most:
                raise TooLarge(f"The file unpacks to more than {_size(self._most)}.")
            self._sha.update(chunk)
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def digest(self) -> str:
        """The SHA-256 of the bytes read so far, in hexadecimal."""
        return self._sha.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def measure(path: Path, most: int | None = None) -> tuple[int, str]:
    """How many bytes the file unpacks to, and their SHA-256. Raises as `Unpacked.readinto`."""
    buffer = bytearray(CHUNK)
    with Unpacked(path, most) as stream:
        while stream.readinto(buffer):
            pass
        return stream.count, stream.digest()


def head_of(path: Path, size: int) -> bytes:
    """The first `size` unpacked bytes. Raises as `Unpacked.readinto`."""
    with Unpacked(path) as stream, io.BufferedReader(stream, CHUNK) as buffered:
        return buffered.read(size)


def _guarded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except Problem:
        raise
    except DAMAGED as error:
        raise _refused("damaged", f"The file is damaged: {error or 'it ends too early'}.") from error


def _refused(code: str, detail: str) -> Invalid:
    return Invalid(detail, FieldError("/file", code, detail))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    magic = file.read(6)
    file.seek(0)
    if magic[:2] == b"\x1f\x8b":
        return _members(file, lambda: zlib.decompressobj(wbits=31))
    if magic == b"\xfd7zXZ\0":
        return _members(file, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY))
    if magic[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_member(file)
    return iter(lambda: file.read(CHUNK), b"")


def _members(file: BinaryIO, make) -> Iterator[bytes]:  # type: ignore[no-untyped-def]
    """The bytes of a .gz or .xz file, which may have several members one after the other."""
    data = file.read(CHUNK)
    while data:
        unpacker = make()
        while not unpacker.eof:
            if data:
                out = unpacker.decompress(data, CHUNK)
            elif getattr(unpacker, "needs_input", True):
                raise EOFError("it ends too early")
            else:
                out = unpacker.decompress(b"", CHUNK)
            if out:
                yield out
            data = getattr(unpacker, "unconsumed_tail", b"")
            if not data and not unpacker.eof and getattr(unpacker, "needs_input", True):
                data = file.read(CHUNK)
        data = (unpacker.unused_data or file.read(CHUNK)).lstrip(b"\0")
        while not data:  # zeros behind the last member are padding
            more = file.read(CHUNK)
            if not more:
                return
            data = more.lstrip(b"\0")


def _zip_member(file: BinaryIO) -> Iterator[bytes]:
    with zipfile.ZipFile(file) as archive:
        names = [entry for entry in archive.infolist() if not entry.is_dir() and not _aside(entry.filename)]
        if any(entry.filename == "[Content_Types].xml" for entry in names):
            raise Unsupported("This is a spreadsheet. Save the sheet as CSV and send that.")
        if len(names) != 1:
            raise _refused("not_one_file", f"The archive holds {len(names)} files; one file of rows is needed.")
        entry = names[0]
        if entry.flag_bits & 1:
            raise Unsupported("The archive is locked with a password.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unsupported("The archive is packed in a way that is not read here; pack it as an ordinary .zip.")
        with archive.open(entry) as member:
            yield from iter(lambda: member.read(CHUNK), b"")


def _aside(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].startswith(".")


def _size(number: int) -> str:
    return (
        f"{number >> 30} GiB"
        if number >= 1 << 30
        else f"{number >> 20} MiB"
        if number >= 1 << 20
        else f"{number} bytes"
    )
