"""The SMTP mailer against a real server on loopback, with and without TLS by a test authority."""

import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.smtp import Kryptering, SmtpMailer, SmtpSettings
from connectors.testing.mailer import SAMPLE, MailerContract
from models.errors import ConfigError, MaybeDone, NeedsHuman, OutOfReach, TryLater

NOW = datetime(2026, 6, 15, 7, 30, tzinfo=UTC)


class Inbox:
    """An SMTP handler that keeps what it gets; each answer can be scripted."""

    def __init__(self):
        self.raw, self.envelopes = [], []
        self.at_rcpt = self.at_data = None
        self.hang_up = ""

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if self.hang_up == "rcpt":
            server.transport.abort()
            return "250 OK"
        if self.at_rcpt and address in self.at_rcpt:
            return self.at_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.at_data:
            return self.at_data
        self.raw.append(envelope.original_content)
        self.envelopes.append((envelope.mail_from, tuple(envelope.rcpt_tos)))
        if self.hang_up == "data":
            server.transport.abort()
        return "250 OK"

    def messages(self):
        return [message_from_bytes(raw, _class=EmailMessage, policy=default) for raw in self.raw]


class ImplicitTls(Controller):
    """aiosmtpd probes a TLS port with the system's authorities at start; ours is signed by the test's own."""

    def _trigger_server(self):
        with socket.create_connection((self.hostname, self.port), timeout=5) as raw:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(raw) as wrapped:
                wrapped.recv(100)


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def serve(inbox):
    running = []

    def start(kind=Controller, **options):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        controller = kind(inbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A CA made here, a server certificate for 127.0.0.1 and one for another name, as PEM files."""
    folder = tmp_path_factory.mktemp("ca")
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Prøve-CA")])
    # Certificates are checked against the real clock, so these two are made around it.
    start, end = datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=2)

    def certificate(subject, key, issuer_key, issuer, *, ca, san=None):
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if san:
            builder = builder.add_extension(x509.SubjectAlternativeName([san]), critical=False)
        return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    (folder / "ca.pem").write_bytes(certificate(ca_name, ca_key, ca_key, ca_name, ca=True))

    def server_context(name, san):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        pem = certificate(subject, key, ca_key, ca_name, ca=False, san=san)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{name}.pem").write_bytes(pem + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / f"{name}.pem")
        return context

    return {
        "ca": folder / "ca.pem",
        "right": server_context("rett", x509.IPAddress(ipaddress.ip_address("127.0.0.1"))),
        "wrong": server_context("feil", x509.DNSName("annen.example")),
    }


def mailer_for(port, *, kryptering=Kryptering.INGEN, **more):
    settings = SmtpSettings(
        host="127.0.0.1",
        port=port,
        sender="postrobot@eksempelkommune.example",
        kryptering=kryptering,
        timeout_s=more.pop("timeout_s", 5.0),
        **more,
    )
    return SmtpMailer(settings, now=lambda: NOW)


class TestPlainOnLoopback(MailerContract):
    @pytest.fixture
    def mailer(self, serve):
        return mailer_for(serve())

    @pytest.fixture
    def delivered(self, inbox):
        return inbox.messages


class TestStartTls(MailerContract):
    @pytest.fixture
    def mailer(self, serve, authority):
        port = serve(tls_context=authority["right"], require_starttls=True)
        return mailer_for(port, kryptering=Kryptering.STARTTLS, ca_file=authority["ca"])

    @pytest.fixture
    def delivered(self, inbox):
        return inbox.messages


class TestImplicitTls(MailerContract):
    @pytest.fixture
    def mailer(self, serve, authority):
        port = serve(ImplicitTls, ssl_context=authority["right"])
        return mailer_for(port, kryptering=Kryptering.TLS, ca_file=authority["ca"])

    @pytest.fixture
    def delivered(self, inbox):
        return inbox.messages


@pytest.mark.parametrize("which", ["unknown-authority", "wrong-name"])
def test_certificate_that_does_not_verify_stops_the_mail(serve, authority, inbox, which):
    port = serve(tls_context=authority["wrong" if which == "wrong-name" else "right"], require_starttls=True)
    ca = authority["ca"] if which == "wrong-name" else None
    mailer = mailer_for(port, kryptering=Kryptering.STARTTLS, ca_file=ca)
    with pytest.raises(OutOfReach, match="Sertifikatet"):
        mailer.send(SAMPLE)
    assert [] == inbox.raw


def test_server_without_starttls_gets_nothing(serve, inbox):
    with pytest.raises(OutOfReach, match="STARTTLS"):
        mailer_for(serve(), kryptering=Kryptering.STARTTLS).send(SAMPLE)
    assert [] == inbox.raw


@pytest.mark.parametrize("host", ["smtp.eksempelkommune.example", "192.0.2.7", "0.0.0.0", "localhost.ond.example"])  # noqa: S104
def test_plain_connection_to_another_machine_is_a_configuration_fault(host):
    with pytest.raises(ConfigError, match="kryptering"):
        SmtpMailer(
            SmtpSettings(host=host, sender="r@eksempelkommune.example", kryptering=Kryptering.INGEN), now=lambda: NOW
        )


def test_ca_file_that_cannot_be_read_is_a_configuration_fault(tmp_path):
    with pytest.raises(ConfigError, match="ca_fil"):
        mailer_for(2525, kryptering=Kryptering.TLS, ca_file=tmp_path / "finnes-ikke.pem")


def test_log_in_is_done_over_tls_and_a_wrong_password_pauses_the_connection(serve, authority, inbox):
    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"riktig")

    port = serve(tls_context=authority["right"], require_starttls=True, authenticator=check, auth_required=True)
    good = mailer_for(
        port, kryptering=Kryptering.STARTTLS, ca_file=authority["ca"], username="robot", password="riktig"
    )
    good.send(SAMPLE)
    bad = mailer_for(port, kryptering=Kryptering.STARTTLS, ca_file=authority["ca"], username="robot", password="gal-t")
    with pytest.raises(OutOfReach, match="innloggingen") as caught:
        bad.send(SAMPLE)
    assert 1 == len(inbox.raw)
    assert "gal-t" not in str(caught.value)


def test_password_is_not_in_the_settings_text():
    settings = SmtpSettings(host="localhost", sender="r@e.example", password="hemmelig-kanari")
    assert "hemmelig-kanari" not in repr(settings)


def test_no_server_is_out_of_reach():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(OutOfReach):
        mailer_for(port).send(SAMPLE)


def test_server_that_says_nothing_is_out_of_reach_within_the_time_limit():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(OutOfReach, match="tidsgrensen"):
            mailer_for(silent.getsockname()[1], timeout_s=0.3).send(SAMPLE)


def test_break_after_the_end_of_the_data_is_maybe_done(serve, inbox):
    inbox.hang_up = "data"
    with pytest.raises(MaybeDone) as caught:
        mailer_for(serve()).send(SAMPLE)
    assert SAMPLE.message_id == caught.value.key
    assert 1 == len(inbox.raw)


def test_break_before_the_data_is_try_later(serve, inbox):
    inbox.hang_up = "rcpt"
    with pytest.raises(TryLater):
        mailer_for(serve()).send(SAMPLE)
    assert [] == inbox.raw


def test_recipient_refused_for_good_sends_to_nobody(serve, inbox):
    inbox.at_rcpt = {SAMPLE.to[1]: "550 no such user"}
    with pytest.raises(NeedsHuman, match="550"):
        mailer_for(serve()).send(SAMPLE)
    assert [] == inbox.raw


@pytest.mark.parametrize(("answer", "error"), [("451 greylisted", TryLater), ("554 spam", NeedsHuman)])
def test_refusal_of_the_data_is_told_apart(serve, inbox, answer, error):
    inbox.at_data = answer
    with pytest.raises(error):
        mailer_for(serve()).send(SAMPLE)


def test_recipient_refused_for_now_is_try_later(serve, inbox):
    inbox.at_rcpt = {SAMPLE.to[0]: "450 try again"}
    with pytest.raises(TryLater) as caught:
        mailer_for(serve()).send(SAMPLE)
    assert caught.value.after_s >= 60


def test_every_recipient_is_in_the_envelope(serve, inbox):
    mailer_for(serve()).send(SAMPLE)
    assert [("postrobot@eksempelkommune.example", SAMPLE.to)] == inbox.envelopes


def test_address_with_foreign_letters_goes_by_smtputf8_or_not_at_all(serve, inbox):
    from dataclasses import replace

    mail = replace(SAMPLE, to=("bjørn@blåbær.example",))
    mailer_for(serve(enable_SMTPUTF8=True)).send(mail)
    assert ("bjørn@blåbær.example",) == inbox.envelopes[0][1]
    with pytest.raises(NeedsHuman):
        mailer_for(serve(enable_SMTPUTF8=False)).send(mail)
    assert 1 == len(inbox.raw)


def test_probe_connects_and_sends_nothing(serve, inbox):
    mailer_for(serve()).probe()
    assert [] == inbox.raw
