"""The line to the mail server: who is at the other end is checked."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.builders import Depot
from tests.web.mail_office import PUBLIC, Office
from tests.web.postbox import postbox
from web.settings import from_environment


def test_a_password_goes_only_over_a_line_that_is_checked(tmp_path: Path, depot: Depot) -> None:
    certificate, key = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    office = Office(depot, None)
    with postbox(tls_context=context, require_starttls=True) as box:
        base = {
            "STOFSTROOM_PUBLIC_URL": PUBLIC,
            "STOFSTROOM_MAIL_HOST": "localhost",
            "STOFSTROOM_MAIL_PORT": str(box.port),
            "STOFSTROOM_MAIL_FROM": "berichten@stof.example.org",
        }
        office.settings = from_environment(base)
        office.readers.after(depot.find, None, kind="knife")
        office.work()
        assert "CERTIFICATE_VERIFY_FAILED" in office.states()[0][1]
        assert box.mails == []
        office.settings = from_environment(
            {**base, "STOFSTROOM_MAIL_AUTHORITIES": str(certificate)}
        )
        depot.later(minutes=1)
        office.work()
        assert len(box.mails) == 1


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that nobody but us trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private
