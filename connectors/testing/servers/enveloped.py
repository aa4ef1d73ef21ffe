"""Makes CMS EnvelopedData as KS' Java clients do (BER, indefinite lengths, many small strings), and in other lawful ways."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_EOC = b"\0\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a blob is made; as it stands, the way SvarInn does.

    ``string_bytes`` is the size of the inner strings; 0: one primitive string (needs ``ber`` False). ``nested`` puts each
    inner string into one of its own more.
    """

    ber: bool = True
    string_bytes: int = 1000
    nested: bool = False
    cipher: str = "aes256_cbc"
    digest: str = "sha256"
    mask_digest: str = "sha256"
    oaep: bool = True


SVARINN = Form()
DER = Form(ber=False, string_bytes=0)


def enveloped(
    plain: Iterable[bytes], certificates: Iterable[x509.Certificate], form: Form = SVARINN
) -> Iterator[bytes]:
    """The blob in pieces, encrypted to every certificate. Only BER keeps memory small: DER has to know the length first."""
    size = {"aes128_cbc": 16, "aes192_cbc": 24, "aes256_cbc": 32}.get(form.cipher, 24)
    cek, iv = os.urandom(size), os.urandom(16)
    recipients = b"".join(_recipient(each, cek, form).dump() for each in certificates)
    version, oid = b"\x02\x01\x00", bytes.fromhex("06092a864886f70d010703")
    algorithm = cms.EncryptionAlgorithm({"algorithm": form.cipher, "parameters": iv}).dump()
    data = bytes.fromhex("06092a864886f70d010701") + algorithm
    cipher = _encrypted(plain, cek, iv)
    if form.ber:
        yield (
            b"\x30\x80"
            + oid
            + b"\xa0\x80\x30\x80"
            + version
            + _tlv(0x31, recipients)
            + b"\x30\x80"
            + data
            + b"\xa0\x80"
        )
        for string in _strings(cipher, form.string_bytes):
            inner = _tlv(0x04, string)
            yield b"\x24\x80" + inner + _EOC if form.nested else inner
        yield _EOC * 5
        return
    if form.string_bytes:
        content = _tlv(0xA0, b"".join(_tlv(0x04, string) for string in _strings(cipher, form.string_bytes)))
    else:
        content = _tlv(0x80, b"".join(cipher))
    envelope = _tlv(0x30, version + _tlv(0x31, recipients) + _tlv(0x30, data + content))
    yield _tlv(0x30, oid + _tlv(0xA0, envelope))


def _encrypted(plain: Iterable[bytes], cek: bytes, iv: bytes) -> Iterator[bytes]:
    encryptor = Cipher(algorithms.AES(cek), modes.CBC(iv)).encryptor()
    size = 0
    for chunk in plain:
        size += len(chunk)
        yield encryptor.update(chunk)
    count = 16 - size % 16
    yield encryptor.update(bytes([count]) * count) + encryptor.finalize()


def _strings(cipher: Iterable[bytes], size: int) -> Iterator[bytes]:
    held = b""
    for chunk in cipher:
        held += chunk
        whole = len(held) - len(held) % size
        for at in range(0, whole, size):
            yield held[at : at + size]
        held = held[whole:]
    if held:
        yield held


def _recipient(certificate: x509.Certificate, cek: bytes, form: Form) -> cms.RecipientInfo:
    certified = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    public = certificate.public_key()
    assert isinstance(public, RSAPublicKey)
    if form.oaep:
        scheme = padding.OAEP(padding.MGF1(_HASHES[form.mask_digest]), _HASHES[form.digest], None)
        encrypted = public.encrypt(cek, scheme)
        algorithm = {
            "algorithm": "rsaes_oaep",
            "parameters": algos.RSAESOAEPParams(
                {
                    "hash_algorithm": {"algorithm": form.digest, "parameters": core.Null()},
                    "mask_gen_algorithm": {
                        "algorithm": "mgf1",
                        "parameters": {"algorithm": form.mask_digest, "parameters": core.Null()},
                    },
                }
            ),
        }
    else:
        encrypted = public.encrypt(cek, padding.PKCS1v15())
        algorithm = {"algorithm": "rsaes_pkcs1v15", "parameters": core.Null()}
    issued = {"issuer": certified.issuer, "serial_number": certified.serial_number}
    return cms.RecipientInfo(
        "ktri",
        cms.KeyTransRecipientInfo(
            {
                "version": "v0",
                "rid": cms.RecipientIdentifier("issuer_and_serial_number", cms.IssuerAndSerialNumber(issued)),
                "key_encryption_algorithm": algorithm,
                "encrypted_key": encrypted,
            }
        ),
    )


def _tlv(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    told = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(told)]) + told + body
