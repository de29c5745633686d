"""Certificates for a TLS listener on loopback and for one client, made anew for each test run."""

from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files."""

    ca: Path
    """Who signed all of them."""
    server: Path
    """Key and certificate of the broker at 127.0.0.1 and localhost."""
    client: Path
    """Certificate of a client."""
    client_key: Path
    """Its key, encrypted."""
    client_key_password: Path
    """Holds the password of that key."""


def make(folder: Path, client: str) -> Certificates:
    """Writes them into `folder`; Kafka calls the client `CN={client},OU=tests,O=incident-clips`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = Certificates(
        ca=folder / "ca.pem",
        server=folder / "server.pem",
        client=folder / "client.pem",
        client_key=folder / "client-key.pem",
        client_key_password=folder / "client-key-password",
    )
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1", "localhost")
    own = authority.issue_cert(
        f"{client}@localhost",
        common_name=client,
        organization_unit_name="tests",
        organization_name="incident-clips",
    )
    password = b"key-secret-4711"
    authority.cert_pem.write_to_path(files.ca)
    files.server.write_bytes(_key(server, NoEncryption()) + _chain(server))
    files.client.write_bytes(_chain(own))
    files.client_key.write_bytes(_key(own, BestAvailableEncryption(password)))
    files.client_key_password.write_bytes(password + b"\n")
    return files


def _key(certificate: trustme.LeafCert, encryption: KeySerializationEncryption) -> bytes:
    # Kafka reads PKCS #8 only.
    key = load_pem_private_key(certificate.private_key_pem.bytes(), password=None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def _chain(certificate: trustme.LeafCert) -> bytes:
    return b"".join(pem.bytes() for pem in certificate.cert_chain_pems)
