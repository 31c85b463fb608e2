"""E-mail: through a mail server that refuses, that fails, that has no TLS."""

import ssl
import subprocess

import pytest

from harness.config import ANNA
from harness.smtp import MailServer
from harness.ports import free_port
from harness.waiting import eventually

EMAIL_LADDER = "step = 0s group:alla email\nrepeat = 10m"


def use_ladder(config):
    config.files["groups.ini"] += "[group alla]\ntitle = Alla\nmembers = anna.berg, bo.ek, cia.lund\n"
    config.ladder(EMAIL_LADDER)


def test_one_refused_recipient_fails_nobody_else(stopped, smtp_server):
    use_ladder(stopped.config)
    beredd = stopped.start()
    smtp_server.refused.add("bo.ek@example.se")
    ident = beredd.trigger()
    smtp_server.wait_for("anna.berg@example.se")
    smtp_server.wait_for("cia.lund@example.se")
    failed = eventually(lambda: [entry for entry in beredd.timeline(ident, "page-failed") if entry["channel"] == "email"])
    assert {entry["person"] for entry in failed} == {"bo.ek"} and "550" in failed[0]["text"]
    assert all(len(envelope.rcpt_tos) == 1 for envelope in smtp_server.mails), "nobody sees who else was called"


def test_mail_is_whole(beredd, smtp_server):
    """Swedish in the subject and the body, a line that begins with a dot, parts for old and for new readers."""
    beredd.trigger("Översvämning på Åvägen", details="första raden\n.dolda raden\nsista raden")
    mail, = smtp_server.wait_for("anna.berg@example.se")
    assert "Översvämning" in mail["Subject"] and mail["To"].endswith("anna.berg@example.se") and "<larm@example.se>" in mail["From"]
    assert mail["Message-ID"].startswith("<") and mail["Date"].datetime.tzinfo
    plain, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert "Åvägen" in plain and "Åvägen" in html and "/a/" in plain and "/a/" in html
    assert "Använd länken" in plain
    assert mail.get_content_type() == "multipart/alternative" and "Du kan inte kvittera genom att svara på mejlet." in plain
    assert mail["Auto-Submitted"] == "auto-generated" and mail["References"].endswith("@example.se>") and mail["Importance"] == "high"
    raw = smtp_server.mails[0].content
    assert all(len(line) <= 998 for line in raw.split(b"\r\n")), "RFC 5322, 2.1.1"


def test_html_is_escaped(beredd, smtp_server):
    beredd.trigger("<script>alert(1)</script> & <b>")
    mail, = smtp_server.wait_for("anna.berg@example.se")
    assert "<script>" not in mail.get_body(("html",)).get_content()


def test_temporary_failure_is_tried_again(stopped, smtp_server):
    stopped.config.ladder("step = 0s primary email\nrepeat = 10m")
    beredd = stopped.start()
    smtp_server.fail_data = "451 4.3.0 try again later"
    ident = beredd.trigger()
    eventually(lambda: [entry for entry in beredd.timeline(ident, "page-failed") if "451" in (entry["text"] or "")])
    smtp_server.fail_data = None
    smtp_server.wait_for("anna.berg@example.se")


def test_dead_mail_server_stops_no_sms(stopped, sms_gateway, smtp_server):
    smtp_server.stop()
    beredd = stopped.start()
    ident = beredd.trigger()
    sms_gateway.wait_for(ANNA)
    eventually(lambda: [entry for entry in beredd.timeline(ident, "page-failed") if entry["channel"] == "email"])


def test_required_starttls_fails_closed(stopped, smtp_server):
    """A server that offers none gets no alarm in the clear."""
    stopped.config.change("gateways/mail.ini", "starttls = no", "starttls = required")
    beredd = stopped.start()
    ident = beredd.trigger()
    eventually(lambda: [entry for entry in beredd.timeline(ident, "page-failed") if entry["channel"] == "email"])
    assert not smtp_server.mails


@pytest.fixture(name="certificate")
def certificate_fixture(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"], check=True, capture_output=True)
    return key, certificate


@pytest.mark.parametrize("trusted", [True, False])
def test_starttls_checks_the_certificate(stopped, certificate, trusted):
    key, path = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path, key)
    server = MailServer(free_port(), tls_context=context, require_starttls=True).start()
    try:
        stopped.config.smtp_port = server.port
        more = f"ca-file = {path}\n" if trusted else ""
        stopped.config.files["gateways/mail.ini"] = stopped.config.mail_ini(more).replace("starttls = no", "starttls = required")
        beredd = stopped.start()
        ident = beredd.trigger()
        if trusted:
            server.wait_for("anna.berg@example.se")
        else:
            eventually(lambda: [entry for entry in beredd.timeline(ident, "page-failed") if entry["channel"] == "email"])
            assert not server.mails
    finally:
        server.stop()
