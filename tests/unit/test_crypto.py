"""CMS as SvarInn sends it, opened as a stream; held against OpenSSL both ways."""

from __future__ import annotations

import io
import itertools
import os
import shutil
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from connectors.crypto import CannotOpen, Failure, decrypt
from connectors.testing.certificates import pem, rsa_key, self_signed
from connectors.testing.servers.enveloped import DER, SVARINN, Form, enveloped

OLD, NEW = rsa_key("gammel"), rsa_key("ny")
CERTIFICATE = self_signed("mottak", NEW, serial=4711)

FORMS = {
    "svarinn": SVARINN,
    "der": DER,
    "der in many strings": Form(ber=False, string_bytes=777),
    "nested strings": Form(nested=True),
    "strings of other sizes": Form(string_bytes=1),
    "strings over 64 kB": Form(string_bytes=70_000),
    "sha1 by default": Form(digest="sha1", mask_digest="sha1"),
    "mixed hashes": Form(digest="sha256", mask_digest="sha1"),
    "sha512": Form(digest="sha512", mask_digest="sha512"),
    "aes128": Form(cipher="aes128_cbc"),
    "aes192": Form(cipher="aes192_cbc"),
}


def blob(plain: bytes, form: Form = SVARINN, certificates: tuple = (CERTIFICATE,)) -> bytes:
    return b"".join(enveloped([plain], certificates, form))


def opened(data: bytes, *keys: object) -> bytes:
    return b"".join(decrypt(io.BytesIO(data), keys or (NEW,)))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 4096, 300_001])
def test_what_was_enveloped_comes_out(form: Form, size: int) -> None:
    if form.string_bytes == 1 and size > 5000:
        size = 5000
    plain = os.urandom(size)
    assert plain == opened(blob(plain, form))


def test_the_form_of_svarinn_is_ber_of_indefinite_length() -> None:
    assert b"\x30\x80" == blob(b"brev")[:2]


def test_keys_are_tried_in_turn_and_recipients_too() -> None:
    mine = blob(b"brev", certificates=(CERTIFICATE,))
    assert b"brev" == opened(mine, OLD, NEW)
    two = blob(b"brev", certificates=(self_signed("annen", OLD), CERTIFICATE))
    assert b"brev" == opened(two, NEW) == opened(two, OLD)


def test_without_the_key_the_serial_numbers_are_told() -> None:
    with pytest.raises(CannotOpen) as refused:
        opened(blob(b"brev"), OLD)
    assert (Failure.NO_KEY, (4711,)) == (refused.value.failure, refused.value.serials)


@pytest.mark.parametrize("form", [Form(oaep=False), Form(cipher="tripledes_3key"), Form(cipher="aes256_gcm")], ids=str)
def test_an_algorithm_we_do_not_take_is_named(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    data = blob(b"brev", form if form.cipher.endswith("cbc") else SVARINN)
    if not form.cipher.endswith("cbc"):
        from asn1crypto import cms

        mine = cms.EncryptionAlgorithm({"algorithm": "aes256_cbc", "parameters": b"\0" * 16})["algorithm"].dump()
        other = cms.EncryptionAlgorithm({"algorithm": "aes128_cbc", "parameters": b"\0" * 16})["algorithm"].dump()
        # The last arc of the identifier says which cipher: 42 is AES-256-CBC, 46 AES-256-GCM, 1 none we know.
        assert mine != other
        data = data.replace(mine, mine[:-1] + (b"\x2e" if "gcm" in form.cipher else b"\x01"))
    with pytest.raises(CannotOpen) as refused:
        opened(data)
    assert Failure.ALGORITHM == refused.value.failure


@pytest.mark.parametrize(
    "form", [SVARINN, DER, Form(ber=False, string_bytes=50), Form(nested=True, string_bytes=20)], ids=str
)
def test_a_blob_cut_anywhere_is_never_taken_for_whole(form: Form) -> None:
    data = blob(b"x" * 100, form)
    for end in range(len(data)):
        with pytest.raises(CannotOpen):
            opened(data[:end])


def test_no_bent_byte_leads_to_anything_but_a_refusal_or_other_bytes() -> None:
    plain = b"Til kommunen, " * 4
    data = blob(plain)
    for at in range(0, len(data), 3):
        bent = data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :]
        try:
            opened(bent)
        except CannotOpen:
            continue


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\x30", b"\x30\x80\x06\x09" + b"x" * 9, b"0" * 100]
)
def test_what_is_no_envelope_is_told(data: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        opened(data)
    assert Failure.NOT_CMS == refused.value.failure


def test_a_head_that_claims_to_be_huge_is_not_believed() -> None:
    data = blob(b"brev")
    at = data.index(b"\x31\x82")
    bent = data[:at] + b"\x31\x87\xff\xff\xff\xff\xff\xff\xff" + data[at + 4 :]
    with pytest.raises(CannotOpen):
        opened(bent)


class Endless(io.RawIOBase):
    """A blob that is made as it is read, so that memory is only what the reader takes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        for piece in itertools.chain(self._pieces):
            self._held += piece
            if len(self._held) >= size:
                break
        taken, self._held = self._held[:size], self._held[size:]
        return taken


def test_a_large_letter_is_opened_in_little_memory() -> None:
    block = os.urandom(1024 * 1024)
    source = Endless(enveloped((block for _ in range(40)), [CERTIFICATE], Form(string_bytes=8000)))
    tracemalloc.start()
    try:
        size = sum(len(chunk) for chunk in decrypt(source, [NEW]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 40 * 1024 * 1024 == size
    assert peak < 20 * 1024 * 1024


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the program openssl")
@pytest.mark.parametrize("stream", [[], ["-stream"]], ids=["whole", "streamed"])
def test_openssl_and_we_read_each_other(tmp_path: Path, stream: list[str]) -> None:
    (tmp_path / "key.pem").write_bytes(pem(NEW))
    (tmp_path / "cert.pem").write_bytes(CERTIFICATE.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "plain").write_bytes(os.urandom(200_000))
    oaep = ["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256", "-keyopt", "rsa_mgf1_md:sha256"]
    make = [
        "openssl",
        "cms",
        "-encrypt",
        *stream,
        "-binary",
        "-aes256",
        "-outform",
        "DER",
        "-in",
        "plain",
        "-out",
        "blob",
    ]
    subprocess.run([*make, "-recip", "cert.pem", *oaep], cwd=tmp_path, check=True, timeout=60)
    plain = (tmp_path / "plain").read_bytes()
    assert plain == opened((tmp_path / "blob").read_bytes())
    for form in (SVARINN, DER):
        (tmp_path / "ours").write_bytes(blob(plain, form))
        read = ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", "ours", "-inkey", "key.pem", "-out", "again"]
        subprocess.run(read, cwd=tmp_path, check=True, timeout=60)
        assert plain == (tmp_path / "again").read_bytes()
