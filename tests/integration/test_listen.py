"""Where the daemon listens: TCP, TLS, IPv6, sockets handed over by a service manager, and behind a proxy."""

import os
import signal
import socket
import ssl
import subprocess
import urllib.request

import pytest

from harness.config import ANNA
from harness.daemon import BUILD
from harness.ports import free_port
from harness.waiting import eventually


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.fixture(name="certificate")
def certificate_fixture(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"], check=True, capture_output=True)
    return key, certificate


def test_tls(stopped, certificate, sms_gateway):
    key, path = certificate
    stopped.config.change("beredd.ini", "[http]\n", f"[http]\ntls-certificate = {path}\ntls-key = {key}\n")
    beredd = stopped.start()
    url = f"https://127.0.0.1:{beredd.config.port}/v1/incidents"
    out = subprocess.run(["curl", "-sS", "--cacert", str(path), "-H", "Authorization: Bearer token-of-rtj", "--json", '{"summary": "Genom TLS"}', "-w",
                          "%{http_code}", "-o", "/dev/null", url], capture_output=True, text=True, check=False)
    assert out.stdout == "201", out
    sms_gateway.wait_for(ANNA, containing="Genom TLS")
    with pytest.raises(OSError):
        beredd.request("GET", "/healthz")
    context = ssl.create_default_context(cafile=str(path))
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context.minimum_version = context.maximum_version = version
        with urllib.request.urlopen(f"https://127.0.0.1:{beredd.config.port}/healthz", context=context, timeout=20) as reply:
            assert reply.status == 200


def test_plain_text_on_the_tls_port_harms_nobody(stopped, certificate, sms_gateway):
    key, path = certificate
    stopped.config.change("beredd.ini", "[http]\n", f"[http]\ntls-certificate = {path}\ntls-key = {key}\n")
    beredd = stopped.start()
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\x00" * 2000, b"\x80" * 5000):
        with socket.create_connection(("127.0.0.1", beredd.config.port), timeout=20) as connection:
            connection.sendall(data)
            try:
                while connection.recv(4096):
                    pass
            except OSError:
                pass
    assert beredd.ctl("trigger", "Efteråt").returncode == 0
    sms_gateway.wait_for(ANNA, containing="Efteråt")


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on loopback")
def test_ipv6_beside_ipv4(stopped):
    port = free_port()
    stopped.config.change("beredd.ini", "[http]\n", f"[http]\nlisten = [::1]:{port}\n")
    beredd = stopped.start()
    assert beredd.request("GET", "/healthz").status == 200
    with urllib.request.urlopen(f"http://[::1]:{port}/healthz", timeout=20) as reply:
        assert reply.status == 200


def test_address_that_is_taken_stops_no_other(stopped, sms_gateway):
    with socket.create_server(("127.0.0.1", 0)) as other:
        stopped.config.change("beredd.ini", "[http]\n", f"[http]\nlisten = 127.0.0.1:{other.getsockname()[1]}\n")
        beredd = stopped.start()
        beredd.trigger()
        sms_gateway.wait_for(ANNA)
        beredd.wait_for_word(str(other.getsockname()[1]))


def test_reload_moves_the_port(beredd):
    old, new = beredd.config.port, free_port()
    beredd.config.change("beredd.ini", f"listen = 127.0.0.1:{old}", f"listen = 127.0.0.1:{new}")
    beredd.reload()
    with pytest.raises(OSError):
        beredd.request("GET", "/healthz")
    beredd.config.port = new
    assert beredd.request("GET", "/healthz").status == 200


def start_with_sockets(daemon, local, http):
    """As the service manager would, with a socket of each kind."""
    daemon.config.write()

    def hand_over():
        os.dup2(local.fileno(), 103)
        os.dup2(http.fileno(), 104)
        os.dup2(103, 3)
        os.dup2(104, 4)
    script = f'LISTEN_FDS=2 LISTEN_FDNAMES=local:http LISTEN_PID=$$ exec "{BUILD}/beredd" -c "{daemon.config.directory}"'
    with open(daemon.stderr_path, "ab") as stderr:
        daemon.process = subprocess.Popen(["/bin/sh", "-c", script], env=daemon.env(), preexec_fn=hand_over, close_fds=False,
                                          stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr)
    eventually(daemon.is_ready)


@pytest.mark.parametrize("named", [True, False])
def test_nothing_is_served_in_the_clear_for_want_of_a_certificate(stopped, certificate, sms_gateway, named):
    """It pages all the same, and serves once there is a certificate. `named`: by `listen`, or by the service manager alone."""
    key, path = certificate
    good, bad = path.read_text(), "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n"
    config, manager = stopped.config, stopped.root / "run" / "manager.sock"
    config.change("beredd.ini", "[http]\n", f"[http]\ntls-certificate = {path}\ntls-key = {key}\n")
    if not named:
        config.change("beredd.ini", f"listen = 127.0.0.1:{config.port}", f"listen = 127.0.0.1:{free_port()}")
    path.write_text(bad)
    with socket.socket(socket.AF_UNIX) as local, socket.create_server(("127.0.0.1", config.port)) as http:
        local.bind(str(manager))
        local.listen(16)
        stopped.socket_path = manager
        start_with_sockets(stopped, local, http)
        stopped.wait_for_word("no TCP address is served until it can be used")
        stopped.wait_for_word("nothing is served without them")
        with pytest.raises(OSError):
            stopped.request("GET", "/healthz")
        context = ssl.create_default_context(cadata=good)
        url = f"https://127.0.0.1:{config.port}/healthz"
        with pytest.raises(OSError):
            urllib.request.urlopen(url, context=context, timeout=20)
        assert stopped.ctl("trigger", "Ändå").returncode == 0
        sms_gateway.wait_for(ANNA, containing="Ändå")
        refused = stopped.ctl("reload")
        assert refused.returncode == 1 and "are no certificate and its key" in refused.stdout, refused

        path.write_text(good)
        assert stopped.ctl("reload").returncode == 0

        def answers():
            try:
                with urllib.request.urlopen(url, context=context, timeout=20) as reply:
                    return reply.status == 200
            except OSError:
                return False
        eventually(answers, what="that it is served with its certificate")
        with pytest.raises(OSError):
            stopped.request("GET", "/healthz")
        path.write_text(bad)                            # what is in force stays so
        assert stopped.ctl("reload").returncode == 1 and answers()
        stopped.stop()


def test_sockets_of_the_service_manager(stopped, sms_gateway):
    """What was said before the daemon is up waits in the backlog; what belongs to the manager stays after it has ended."""
    path = stopped.root / "run" / "manager.sock"
    with socket.socket(socket.AF_UNIX) as local, socket.create_server(("127.0.0.1", stopped.config.port)) as http:
        local.bind(str(path))
        local.listen(16)
        stopped.socket_path = path
        early = socket.create_connection(("127.0.0.1", stopped.config.port))
        body = b'{"summary": "Innan den var uppe"}'
        early.sendall(b"POST /v1/incidents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-rtj\r\nContent-Type: application/json\r\n"
                      b"Content-Length: %d\r\n\r\n" % len(body) + body)
        start_with_sockets(stopped, local, http)
        early.settimeout(20)
        assert early.recv(4096).startswith(b"HTTP/1.1 201")
        early.close()
        sms_gateway.wait_for(ANNA, containing="Innan den var uppe")
        assert stopped.ctl("list").returncode == 0
        stopped.process.send_signal(signal.SIGHUP)
        eventually(lambda: stopped.notify.said("READY=1") >= 2)
        assert stopped.request("GET", "/healthz").status == 200
        stopped.stop()
        assert path.exists(), "it is not ours to remove"


def test_own_socket_is_removed_and_a_stale_one_replaced(stopped):
    stopped.start()
    stopped.kill()
    assert stopped.socket_path.exists()
    beredd = stopped.start()
    assert beredd.ctl("list").returncode == 0
    beredd.stop()
    assert not stopped.socket_path.exists()


def test_stops_within_its_time_with_connections_open(stopped):
    beredd = stopped.start()
    idle = [socket.create_connection(("127.0.0.1", beredd.config.port)) for _ in range(20)]
    beredd.stop()
    for connection in idle:
        connection.close()


def test_address_that_is_taken_is_tried_again(stopped):
    with socket.create_server(("127.0.0.1", stopped.config.port), reuse_port=False):
        beredd = stopped.start()
        beredd.wait_for_word("another program does")
        assert beredd.request("GET", "/readyz", local=True).status == 200

    def answers():
        try:
            return beredd.request("GET", "/healthz").status == 200
        except OSError:
            return False
    eventually(answers, what="that it has the address once that is free")
