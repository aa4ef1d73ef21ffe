"""Opens CMS EnvelopedData (RFC 5652) as a stream, as KS SvarInn and Fiks IO send it: BER or DER, of any size, in little memory.

A walker of our own: ``cryptography`` knows no OAEP in CMS, and asn1crypto's parse of the whole is super-linear in the size
of a chunked string. Key encryption RSAES-OAEP (RFC 4055), content AES-CBC (RFC 3565). CBC proves nothing about the
content: whoever opens must check hashes of what comes out before it is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_ENVELOPED_DATA = bytes.fromhex("2a864886f70d010703")
_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 (the default of RFC 4055; OAEP does not rest on its collision resistance)
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_KEY_BYTES: Mapping[str, int] = {"aes128_cbc": 16, "aes192_cbc": 24, "aes256_cbc": 32}

_READ = 1024 * 1024
_HEAD_LIMIT = 4 * 1024 * 1024
"""Bytes that recipients and other small parts may take."""

_DEPTH = 8
_BLOCK = 16


class Failure(StrEnum):
    """Why a blob could not be opened."""

    NOT_CMS = "not_cms"
    ALGORITHM = "algorithm"
    NO_KEY = "no_key"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"


class CannotOpen(Exception):
    """``serials`` are the serial numbers of the certificates it is encrypted to, as far as they are told."""

    def __init__(self, failure: Failure, detail: str, serials: tuple[int, ...] = ()) -> None:
        self.failure = failure
        self.detail = detail
        self.serials = serials
        super().__init__(f"{failure.value}: {detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """How the content is encrypted."""

    cipher: str
    iv: bytes


def decrypt(source: IO[bytes], keys: Sequence[RSAPrivateKey]) -> Iterator[bytes]:
    """The plain bytes, in chunks of about a megabyte. Keys are tried in order: one being rotated out may still be needed.

    What has been given out is only whole when the iterator ends.

    Raises:
        CannotOpen: as the iterator is read.
        OSError: ``source`` cannot be read.
    """
    reader = _Reader(source)
    levels = _enter(reader)
    recipients = _recipients(reader)
    inner, content = _content(reader)
    cek = _content_key(recipients, keys, _KEY_BYTES[content.cipher])
    tag, length = reader.header()
    if tag not in (0x80, 0xA0):
        raise CannotOpen(Failure.NOT_CMS, "no encrypted content")
    decryptor = Cipher(algorithms.AES(cek), modes.CBC(content.iv)).decryptor()
    # The last block holds the padding, and may come in two pieces.
    held = b""
    for chunk in _octets(reader, tag, length):
        plain = held + decryptor.update(chunk)
        keep = _BLOCK if len(plain) >= _BLOCK else len(plain)
        held = plain[len(plain) - keep :]
        if len(plain) > keep:
            yield plain[: len(plain) - keep]
    try:
        held += decryptor.finalize()
    except ValueError as error:
        raise CannotOpen(Failure.DAMAGED, "the content is no whole number of blocks") from error
    _leave(reader, [*levels, inner])
    yield _without_padding(held)


def _enter(reader: _Reader) -> list[int | None]:
    """Past the headers down to the recipients. Returns the lengths of what was entered, None for indefinite ones."""
    try:
        outer = reader.expect(0x30)
        oid_length = reader.expect(0x06)
        if oid_length is None or reader.exact(oid_length) != _ENVELOPED_DATA:
            raise CannotOpen(Failure.NOT_CMS, "not EnvelopedData")
        explicit = reader.expect(0xA0)
        enveloped = reader.expect(0x30)
        reader.skip(reader.expect(0x02))
    except CannotOpen as error:
        # Something that ends within its first bytes is a wrong thing, not a cut one.
        raise CannotOpen(Failure.NOT_CMS, error.detail) from error
    return [outer, explicit, enveloped]


def _recipients(reader: _Reader) -> cms.RecipientInfos:
    tag, length = reader.header()
    if tag == 0xA0:
        reader.element(tag, length)  # originatorInfo: senders here have none
        tag, length = reader.header()
    if tag != 0x31:
        raise CannotOpen(Failure.NOT_CMS, "no recipients")
    try:
        return cms.RecipientInfos.load(reader.element(tag, length))
    except ValueError as error:
        raise CannotOpen(Failure.NOT_CMS, "the recipients cannot be read") from error


def _content(reader: _Reader) -> tuple[int | None, _Content]:
    inner = reader.expect(0x30)
    reader.skip(reader.expect(0x06))
    tag, length = reader.header()
    try:
        algorithm = cms.EncryptionAlgorithm.load(reader.element(tag, length))
        cipher = algorithm["algorithm"].native
        iv = algorithm["parameters"].native
    except (ValueError, TypeError, KeyError) as error:
        raise CannotOpen(Failure.NOT_CMS, "the content cipher cannot be read") from error
    if cipher not in _KEY_BYTES:
        raise CannotOpen(Failure.ALGORITHM, f"content cipher {cipher}")
    if not isinstance(iv, bytes) or len(iv) != _BLOCK:
        raise CannotOpen(Failure.NOT_CMS, "the content cipher lacks its start value")
    return inner, _Content(cipher=cipher, iv=iv)


def _content_key(recipients: cms.RecipientInfos, keys: Sequence[RSAPrivateKey], size: int) -> bytes:
    serials: list[int] = []
    unknown = ""
    try:
        for recipient in recipients:
            if recipient.name != "ktri":
                unknown = f"recipient of kind {recipient.name}"
                continue
            info = recipient.chosen
            if info["rid"].name == "issuer_and_serial_number":
                serials.append(info["rid"].chosen["serial_number"].native)
            scheme = _oaep(info["key_encryption_algorithm"])
            if scheme is None:
                unknown = f"key encryption {info['key_encryption_algorithm']['algorithm'].native}"
                continue
            for key in keys:
                cek = _tried(key, info["encrypted_key"].native, scheme)
                if cek is not None and len(cek) == size:
                    return cek
    except (ValueError, TypeError, KeyError) as error:
        raise CannotOpen(Failure.NOT_CMS, "the recipients cannot be read", tuple(serials)) from error
    if unknown:
        raise CannotOpen(Failure.ALGORITHM, unknown, tuple(serials))
    raise CannotOpen(Failure.NO_KEY, "no key of ours fits", tuple(serials))


def _oaep(algorithm: cms.KeyEncryptionAlgorithm) -> padding.OAEP | None:
    """The OAEP of an AlgorithmIdentifier, hashes as it says (RFC 4055, section 4.1); None for another scheme or a label."""
    if algorithm["algorithm"].native != "rsaes_oaep":
        return None
    parameters = algorithm["parameters"]
    digest = _HASHES.get(parameters["hash_algorithm"]["algorithm"].native)
    mask = parameters["mask_gen_algorithm"]
    mask_digest = _HASHES.get(mask["parameters"]["algorithm"].native)
    label = parameters["p_source_algorithm"]["parameters"].native or None
    if digest is None or mask_digest is None or mask["algorithm"].native != "mgf1" or label is not None:
        return None
    return padding.OAEP(mgf=padding.MGF1(mask_digest), algorithm=digest, label=None)


def _tried(key: RSAPrivateKey, encrypted: bytes, scheme: padding.OAEP) -> bytes | None:
    try:
        return key.decrypt(encrypted, scheme)
    except ValueError:
        return None


def _octets(reader: _Reader, tag: int, length: int | None, depth: int = 0) -> Iterator[bytes]:
    """The content of an octet string, primitive or built of others, definite or not."""
    if depth > _DEPTH:
        raise CannotOpen(Failure.DAMAGED, "nested too deep")
    if not tag & 0x20:
        if length is None:
            raise CannotOpen(Failure.DAMAGED, "a plain string without length")
        yield from reader.slices(length)
        return
    end = None if length is None else reader.offset + length
    while end is None or reader.offset < end:
        yield from reader.run_of_octets(end)
        if end is not None and reader.offset >= end:
            break
        inner_tag, inner_length = reader.header()
        if end is None and (inner_tag, inner_length) == (0, 0):
            return
        if inner_tag not in (0x04, 0x24):
            raise CannotOpen(Failure.DAMAGED, "something else than octets within the content")
        yield from _octets(reader, inner_tag, inner_length, depth + 1)
    if end is not None and reader.offset != end:
        raise CannotOpen(Failure.DAMAGED, "a part longer than the whole")


def _leave(reader: _Reader, levels: list[int | None]) -> None:
    """Past the ends of what was entered: a blob that lacks them was cut."""
    *outer, inner = levels
    if inner is None:
        reader.end_of_contents()
    *outer, enveloped = outer
    if enveloped is None:
        tag, length = reader.header()
        if tag == 0xA1:
            reader.element(tag, length)  # unprotected attributes
            tag, length = reader.header()
        if (tag, length) != (0, 0):
            raise CannotOpen(Failure.DAMAGED, "no end where there should be one")
    for level in reversed(outer):
        # Of definite ones the rest is attributes at most, which nothing rests on.
        if level is None and enveloped is None:
            reader.end_of_contents()


def _without_padding(last: bytes) -> bytes:
    """PKCS#7 (RFC 5652, section 6.3)."""
    count = last[-1] if last else 0
    if len(last) != _BLOCK or not 1 <= count <= _BLOCK or last[-count:] != bytes([count]) * count:
        raise CannotOpen(Failure.DAMAGED, "wrong padding")
    return last[:-count]


class _Reader:
    """Reads BER forward only, through a buffer of its own."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._before = 0

    @property
    def offset(self) -> int:
        """Bytes read so far."""
        return self._before + self._at

    def exact(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count > _HEAD_LIMIT:
            raise CannotOpen(Failure.DAMAGED, "a part of the head is too large")
        while len(self._buffer) - self._at < count:
            if not self._more():
                raise CannotOpen(Failure.TRUNCATED, f"ends after {self.offset} bytes")
        start = self._at
        self._at += count
        return self._buffer[start : self._at]

    def header(self) -> tuple[int, int | None]:
        """Tag and length; None for the indefinite form (X.690, section 8.1.3)."""
        tag, first = self.exact(2)
        if tag & 0x1F == 0x1F:
            raise CannotOpen(Failure.DAMAGED, "a tag that has no place here")
        if first == 0x80:
            return tag, None
        if first < 0x80:
            return tag, first
        if first & 0x7F > 8:
            raise CannotOpen(Failure.DAMAGED, "a length of too many bytes")
        return tag, int.from_bytes(self.exact(first & 0x7F), "big")

    def expect(self, wanted: int) -> int | None:
        """The length of an element that must have this tag."""
        tag, length = self.header()
        if tag != wanted:
            raise CannotOpen(Failure.NOT_CMS, f"tag {tag:02x} where {wanted:02x} should be")
        return length

    def skip(self, length: int | None) -> None:
        """Past a small primitive element."""
        if length is None:
            raise CannotOpen(Failure.NOT_CMS, "a small part without length")
        self.exact(length)

    def end_of_contents(self) -> None:
        """Past the mark that ends an indefinite element."""
        if self.exact(2) != b"\0\0":
            raise CannotOpen(Failure.DAMAGED, "no end where there should be one")

    def element(self, tag: int, length: int | None, depth: int = 0) -> bytes:
        """A small element whole, as definite DER lengths; its header has been read."""
        if length is not None:
            return _tlv(tag, self.exact(length))
        if depth > _DEPTH:
            raise CannotOpen(Failure.DAMAGED, "nested too deep")
        parts: list[bytes] = []
        size = 0
        while True:
            inner_tag, inner_length = self.header()
            if (inner_tag, inner_length) == (0, 0):
                return _tlv(tag, b"".join(parts))
            parts.append(self.element(inner_tag, inner_length, depth + 1))
            size += len(parts[-1])
            if size > _HEAD_LIMIT:
                raise CannotOpen(Failure.DAMAGED, "a part of the head is too large")

    def slices(self, length: int) -> Iterator[bytes]:
        """``length`` bytes, a buffer at a time."""
        while length:
            if self._at == len(self._buffer) and not self._more():
                raise CannotOpen(Failure.TRUNCATED, f"ends after {self.offset} bytes")
            part = self._buffer[self._at : self._at + length]
            self._at += len(part)
            length -= len(part)
            yield part

    def run_of_octets(self, end: int | None) -> Iterator[bytes]:
        """Joined contents of the plain strings that lie whole in the buffer, buffer after buffer, while there are any.

        This is where nearly all of a large letter passes: strings of about a thousand bytes each, a million of them.
        """
        while True:
            buffer, at = self._buffer, self._at
            last = len(buffer)
            if end is not None:
                last = min(last, end - self._before)
            parts: list[bytes] = []
            while at + 2 <= last and buffer[at] == 0x04:
                length = buffer[at + 1]
                start = at + 2
                if length >= 0x80:
                    count = length & 0x7F
                    if length == 0x80 or count > 4 or start + count > last:
                        break
                    length = int.from_bytes(buffer[start : start + count], "big")
                    start += count
                if start + length > last:
                    break
                at = start + length
                parts.append(buffer[start:at])
            self._at = at
            if parts:
                yield b"".join(parts)
            # Another buffer only when the end of this one was what stopped us.
            if len(buffer) - at > 2 * _READ or not (parts and self._more()):
                return

    def _more(self) -> bool:
        chunk = self._stream.read(_READ)
        if not chunk:
            return False
        self._buffer = self._buffer[self._at :] + chunk
        self._before += self._at
        self._at = 0
        return True


def _tlv(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    told = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(told)]) + told + body
