"""Certificates for servers of tests, and the authorities that vouch for them."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)
_Extensions = dict[x509.ExtensionType, bool]


class Authority:
    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._signed(self._name, self._key, _extensions_of_an_authority())
        pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.trust = ssl.create_default_context(cadata=pem)
        """A client's context, as strict as the public one, that believes this authority alone."""

    def server(self, *names: str, expired: bool = False, self_signed: bool = False) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        ends = datetime.now(UTC) + (-_DAY if expired else _DAY)
        extensions: _Extensions = {x509.SubjectAlternativeName([_general(name) for name in names]): False}
        signed = self._signed(subject, key, extensions, ends=ends, by=key if self_signed else None)
        return _server_context(signed, key)

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        extensions: _Extensions,
        *,
        ends: datetime | None = None,
        by: ec.EllipticCurvePrivateKey | None = None,
    ) -> x509.Certificate:
        signer = by or self._key
        ends = ends or datetime.now(UTC) + _DAY
        extensions = {
            **extensions,
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()): False,
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()): False,
        }
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if by else self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(ends - 7 * _DAY)
            .not_valid_after(ends)
        )
        for extension, critical in extensions.items():
            builder = builder.add_extension(extension, critical)
        return builder.sign(signer, hashes.SHA256())


@cache
def authority() -> Authority:
    return Authority("Lull tests")


def _extensions_of_an_authority() -> _Extensions:
    others = "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
    usage = dict.fromkeys([*others.split(), "encipher_only", "decipher_only"], False)
    return {
        x509.BasicConstraints(ca=True, path_length=None): True,
        x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage): True,
    }


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _server_context(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # The standard library loads a chain from files only.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chain.pem"
        path.write_bytes(pem)
        context.load_cert_chain(path)
    return context
