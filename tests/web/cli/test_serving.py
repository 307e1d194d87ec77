import signal
import socket
import ssl
import subprocess
import time
import warnings
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from store.engine import Database
from tests.web.terminal import NOW, Shell, started

PATIENCE_S = 60


@pytest.fixture
def port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def certify(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that it signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(NOW + timedelta(days=36500))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = folder / "key.pem"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, secret


def answered(
    url: str, process: subprocess.Popen[str], context: ssl.SSLContext | None = None
) -> int:
    """The status of the first answer, once the server is there."""
    begin = time.monotonic()
    while True:
        assert process.poll() is None, process.communicate()
        try:
            with urlopen(url, context=context) as response:
                return int(response.status)
        except URLError:
            assert time.monotonic() < begin + PATIENCE_S
            time.sleep(0.05)


def version_with(port: int, most: ssl.TLSVersion, ciphers: str = "ALL:@SECLEVEL=0") -> str | None:
    """What a caller and the server agree on, when the caller knows no newer version than this."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(ciphers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = most
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain) as line,
    ):
        return line.version()


@pytest.mark.slow
def test_it_serves_until_it_is_told_to_stop(shell: Shell, register: Database, port: int) -> None:
    with started("serve", "--port", str(port)) as process:
        assert answered(f"http://127.0.0.1:{port}/healthz", process) == 200
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert out == ""
    assert f"http://127.0.0.1:{port}" in err
    assert "healthz" not in err, "nobody needs to know who looked at what"
    assert "Traceback" not in err


@pytest.mark.slow
def test_it_serves_with_a_certificate_of_ones_own(
    shell: Shell, register: Database, port: int, tmp_path: Path
) -> None:
    certificate, key = certify(tmp_path)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with started(
        "serve", "--port", str(port), "--certificate", str(certificate), "--key", str(key)
    ) as process:
        assert answered(f"https://127.0.0.1:{port}/healthz", process, trusting) == 200
        assert version_with(port, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        assert version_with(port, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
        with pytest.raises(OSError, match=r"(?i)ssl|reset"):
            version_with(port, ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA")
        with pytest.raises(OSError, match=r"(?i)ssl|reset"):
            version_with(port, ssl.TLSVersion.TLSv1_1)


@pytest.mark.slow
def test_a_port_that_is_taken_is_told(shell: Shell, register: Database) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started("serve", "--port", str(taken.getsockname()[1])) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (1, "")
    assert "in use" in err
    assert "Traceback" not in err
