"""TLS on loopback: a server must prove its name before it hears an account or a letter."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.message import Address, Fate, Message, Receipt
from notifications.smtp import SmtpCarrier, SmtpSettings
from notifications.smtp_client import Security
from tests.plugins.smtp_sink import Script, Sink

LETTER = Message(
    message_id="<3f9a@peiyu.example>",
    sender=Address(name="示例科技局", email="peiyu@office.example"),
    to=Address(name="张示例", email="zhang@firm.example"),
    subject="【截止提醒】高企年报 还有 5 天（5月31日）",
    text="您好",
    html="<p>您好</p>",
)
OFFERS_TLS = Script(ehlo="250-sink\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN")
LONG_AGO, FAR_AWAY = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2090, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A certificate authority of this test run, and the file a client would trust."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    file: Path

    def server(self, name: x509.GeneralName, *, until: dt.datetime = FAR_AWAY) -> ssl.SSLContext:
        """Return the context of a server that calls itself by this name."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            named("server", issuer=self.certificate.subject, key=key, until=until)
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        chain = self.file.with_name(f"{certificate.serial_number}.pem")
        chain.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


def named(
    name: str, *, issuer: x509.Name | None, key: ec.EllipticCurvePrivateKey, until: dt.datetime
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(LONG_AGO)
        .not_valid_after(until)
    )


def authority(folder: Path, name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        named(name, issuer=None, key=key, until=FAR_AWAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(key=key, certificate=certificate, file=file)


LOOPBACK = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
ELSEWHERE = x509.DNSName("mail.elsewhere.example")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("trusted"), "trusted")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("stranger"), "stranger")


def deliver(sink: Sink, security: Security, ca_file: Path | None) -> Receipt:
    carrier = SmtpCarrier(
        SmtpSettings(
            host="127.0.0.1",
            port=sink.port,
            username="clerk",
            password="secret-1",
            security=security,
            ca_file=ca_file,
            connect_seconds=2,
            command_seconds=2,
            body_seconds=2,
        )
    )
    try:
        return carrier.deliver(LETTER)
    finally:
        carrier.close()


def with_tls(context: ssl.SSLContext) -> Sink:
    return Sink(tls=context)


def with_starttls(context: ssl.SSLContext) -> Sink:
    return Sink(OFFERS_TLS, starttls=context)


BOTH_WAYS = pytest.mark.parametrize(
    ("security", "served"), [("tls", with_tls), ("starttls", with_starttls)]
)
Served = Callable[[ssl.SSLContext], Sink]


@BOTH_WAYS
def test_a_server_with_a_trusted_name_gets_the_account_and_the_letter(
    security: Security, served: Served, trusted: Authority
) -> None:
    with served(trusted.server(LOOPBACK)) as sink:
        receipt = deliver(sink, security, trusted.file)

    assert receipt.fate is Fate.SENT
    assert sink.connections == 1
    assert sink.verbs().count("AUTH") == 1
    assert len(sink.accepted) == 1


@BOTH_WAYS
@pytest.mark.parametrize(
    ("issued_by", "name", "until"),
    [
        ("stranger", LOOPBACK, FAR_AWAY),
        ("trusted", ELSEWHERE, FAR_AWAY),
        ("trusted", LOOPBACK, LONG_AGO + dt.timedelta(days=1)),
    ],
    ids=["unknown authority", "wrong name", "expired"],
)
@pytest.mark.fault("M12")
def test_a_server_that_can_not_prove_its_name_hears_neither_account_nor_letter(
    security: Security,
    served: Served,
    issued_by: str,
    name: x509.GeneralName,
    until: dt.datetime,
    request: pytest.FixtureRequest,
    trusted: Authority,
) -> None:
    issuer: Authority = request.getfixturevalue(issued_by)
    with served(issuer.server(name, until=until)) as sink:
        receipt = deliver(sink, security, trusted.file)

    assert receipt.fate is Fate.STOPPED
    assert "安全证书没有通过验证" in receipt.detail
    assert "AUTH" not in sink.verbs()
    assert sink.accepted == []


@pytest.mark.fault("M12")
def test_the_system_authorities_do_not_know_a_self_made_certificate(stranger: Authority) -> None:
    with with_tls(stranger.server(LOOPBACK)) as sink:
        receipt = deliver(sink, "tls", None)

    assert receipt.fate is Fate.STOPPED
    assert "AUTH" not in sink.verbs()


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.fault("M12")
def test_a_server_without_encryption_hears_neither_account_nor_letter(
    security: Security, trusted: Authority
) -> None:
    with Sink() as sink:  # offers AUTH, but no STARTTLS: as when somebody stripped it
        receipt = deliver(sink, security, trusted.file)

    assert receipt.fate is Fate.STOPPED
    assert "AUTH" not in sink.verbs()
    assert sink.accepted == []


@pytest.mark.fault("M12")
def test_a_refused_starttls_stops_the_sender(trusted: Authority) -> None:
    script = Script(ehlo=OFFERS_TLS.ehlo, starttls="501 broken")
    with Sink(script) as sink:
        receipt = deliver(sink, "starttls", trusted.file)

    assert receipt.fate is Fate.STOPPED
    assert "加密连接" in receipt.detail
    assert "AUTH" not in sink.verbs()


def test_a_file_that_holds_no_certificate_stops_the_sender(tmp_path: Path) -> None:
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("不是证书", encoding="utf-8")
    with Sink() as sink:
        receipt = deliver(sink, "tls", nonsense)

    assert receipt.fate is Fate.STOPPED
    assert "AUTH" not in sink.verbs()
