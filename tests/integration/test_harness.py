"""The fakes themselves: a test that stands on them is worth no more than they are."""

import concurrent.futures
import multiprocessing
import smtplib
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest

from harness.config import ANNA, BO
from harness.ports import free_port
from harness.waiting import eventually

FIELDS = {"from": "+46701740692", "to": ANNA, "message": "LARM TIB: Brand. Svara JA 417302", "whendelivered": "http://127.0.0.1:9/x?page=2026-0001-1-0"}


def post(gateway, fields, credentials="u-elks:p-elks"):
    command = ["curl", "-sS", "--max-time", "20", "-u", credentials, "-w", "%{http_code}", f"http://127.0.0.1:{gateway.port}/a1/sms"]
    for name, value in fields.items():
        command += ["--data-urlencode", f"{name}={value}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_sms_gateway_takes_what_46elks_would(sms_gateway):
    assert post(sms_gateway, FIELDS).stdout.endswith("200")
    sms, = sms_gateway.to(ANNA)
    assert sms.code == "417302" and sms.page == "2026-0001-1-0"


@pytest.mark.parametrize("change, credentials", [
    ({"to": "0701740605"}, "u-elks:p-elks"), ({"extra": "1"}, "u-elks:p-elks"), ({"from": "Botkyrka kommun"}, "u-elks:p-elks"), ({}, "u-elks:wrong")])
def test_sms_gateway_refuses_what_46elks_would(sms_gateway, change, credentials):
    assert post(sms_gateway, FIELDS | change, credentials).stdout.endswith("403")
    assert len(sms_gateway.violations) == 1 and not sms_gateway.taken
    sms_gateway.violations.clear()


def test_sms_gateway_has_trouble(sms_gateway):
    sms_gateway.behave("error")
    assert post(sms_gateway, FIELDS).stdout.endswith("500")
    assert sms_gateway.tried(ANNA) and not sms_gateway.taken


def test_mail_server_refuses_one(smtp_server):
    smtp_server.refused.add("bo.ek@example.se")
    with smtplib.SMTP("127.0.0.1", smtp_server.port) as client:
        refused = client.sendmail("larm@example.se", ["anna.berg@example.se", "bo.ek@example.se"], "Subject: x\r\n\r\nHej\r\n")
    assert list(refused) == ["bo.ek@example.se"]
    assert smtp_server.wait_for("anna.berg@example.se")[0]["Subject"] == "x"
    assert not smtp_server.to("bo.ek@example.se")


def test_kannel_sends_reports_and_receives(kannel):
    """All the way to fakesmsc and back, without beredd: a socket of ours listens where it would."""
    with socket.create_server(("127.0.0.1", kannel.beredd_port)) as listener:
        listener.settimeout(15)
        query = urllib.parse.urlencode({"username": kannel.USER, "password": kannel.PASSWORD, "to": BO, "from": "+46701740692", "text": "Hej åäö",
                                        "charset": "UTF-8", "coding": "0", "dlr-mask": "19",
                                        "dlr-url": f"http://127.0.0.1:{kannel.beredd_port}/receipt?status=%d"})
        with urllib.request.urlopen(f"http://127.0.0.1:{kannel.send_port}/cgi-bin/sendsms?{query}", timeout=15) as reply:
            assert reply.status == 202
        eventually(lambda: any("Hej åäö" in line for line in kannel.out()), what="the SMS")
        assert request_line(listener) == "GET /receipt?status=1 HTTP/1.1"
        kannel.inbound(ANNA, "JA 417302")
        assert "/hooks/kannel/" in request_line(listener)


def request_line(listener):
    connection, _ = listener.accept()
    with connection:
        line = connection.makefile("rb").readline().decode().strip()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return line


def test_journald_takes_fields(journald, tmp_path):
    """Through its own socket in its own namespace, in its native format."""
    script = ("import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM);"
              "s.sendto(b'MESSAGE=prov\\nBEREDD_EVENT=opened\\nPRIORITY=4\\n', '/run/systemd/journal/socket')")
    subprocess.run([*journald.prefix(), "/usr/bin/python3", "-c", script], check=True)
    entry, = eventually(lambda: journald.entries("BEREDD_EVENT=opened"))
    assert entry["MESSAGE"] == "prov" and entry["PRIORITY"] == "4"
    assert tmp_path.exists()


def some_ports(n):
    return [free_port() for _ in range(n)]


def test_a_port_is_given_to_one_test_alone():
    """Of this process and its children: a child must not go on where its parent was."""
    with concurrent.futures.ProcessPoolExecutor(4, multiprocessing.get_context("fork")) as pool:
        given = [some_ports(600), *pool.map(some_ports, [150] * 8)]
    assert len(set().union(*given)) == 600 + 8 * 150
