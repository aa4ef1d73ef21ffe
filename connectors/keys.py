"""Private keys and certificates from files, in the forms people have them: PEM, JWK and PKCS#12."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12


class BadKey(ValueError):
    """A key or certificate that cannot be used; one Norwegian sentence without any of its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A private key, and the certificates that lay beside it (its own first; empty for a bare key)."""

    key: rsa.RSAPrivateKey
    certificates: tuple[x509.Certificate, ...] = ()

    def fits(self, certificate: x509.Certificate) -> bool:
        """Whether the certificate is for this key."""
        return _same(self.key.public_key(), certificate)

    def __repr__(self) -> str:
        return "KeyPair(***)"


def key_pair(data: bytes, password: str = "") -> KeyPair:
    """A private RSA key from PEM (PKCS#1 or PKCS#8), a private JWK, or PKCS#12 (.p12, .pfx).

    Raises:
        BadKey: it is none of these, the password does not fit, or it is no RSA key.
    """
    secret = password.encode() or None
    start = data.lstrip()[:1]
    try:
        if start == b"{":
            return KeyPair(key=_from_jwk(data))
        if start == b"-":
            certificates = x509.load_pem_x509_certificates(data) if b"BEGIN CERTIFICATE" in data else []
            key = serialization.load_pem_private_key(data, secret)
        else:
            found, own, others = pkcs12.load_key_and_certificates(data, secret)
            if found is None:
                raise BadKey("filen inneholder ingen privat nøkkel")
            key, certificates = found, [each for each in (own, *others) if each is not None]
    except BadKey:
        raise
    except (ValueError, TypeError) as problem:
        text = "nøkkelen kan ikke leses: den skal være PEM, JWK eller .p12, med riktig passord om den har passord"
        raise BadKey(text) from problem
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadKey("nøkkelen er ikke en RSA-nøkkel")
    return KeyPair(key=key, certificates=_own_first(key, certificates))


def certificates_in(path: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM (or single DER) file, in its order.

    Raises:
        BadKey: there is none, or the file cannot be read.
    """
    try:
        data = path.read_bytes()
        if b"-----BEGIN" in data:
            return tuple(x509.load_pem_x509_certificates(data))
        return (x509.load_der_x509_certificate(data),)
    except OSError as problem:
        raise BadKey(f"sertifikatfilen kan ikke leses: {problem.strerror}") from problem
    except ValueError as problem:
        raise BadKey("sertifikatfilen inneholder ikke noe sertifikat (PEM eller DER)") from problem


def x5c(certificates: Sequence[x509.Certificate]) -> list[str]:
    """The chain as a JWT header has it: base64 of DER, own certificate first (RFC 7515, section 4.1.6)."""
    return [base64.b64encode(each.public_bytes(serialization.Encoding.DER)).decode("ascii") for each in certificates]


def fingerprint(key: rsa.RSAPrivateKey) -> str:
    """SHA-256 of the public half, to know a key by without showing it."""
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(public)
    return digest.finalize().hex()


def _from_jwk(data: bytes) -> rsa.RSAPrivateKey:
    import jwt

    try:
        key = jwt.algorithms.RSAAlgorithm.from_jwk(json.loads(data))
    except (jwt.InvalidKeyError, KeyError, RecursionError) as problem:
        raise BadKey("nøkkelen ser ut som JWK, men kan ikke leses som en privat RSA-nøkkel") from problem
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadKey("nøkkelen i JWK-form er ikke en privat RSA-nøkkel")
    return key


def _own_first(key: rsa.RSAPrivateKey, certificates: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    return tuple(sorted(certificates, key=lambda each: not _same(key.public_key(), each)))


def _same(public: rsa.RSAPublicKey, certificate: x509.Certificate) -> bool:
    other = certificate.public_key()
    return isinstance(other, rsa.RSAPublicKey) and other.public_numbers() == public.public_numbers()
