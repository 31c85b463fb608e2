"""The fixtures. Everything listens on loopback, on ports of its own, in a directory of its own, and ends with its test."""

import contextlib
import faulthandler
import os
import pathlib
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import clocks, disk, journald, kannel, smsd          # noqa: E402
from harness.config import Config                   # noqa: E402
from harness.daemon import BUILD, Beredd            # noqa: E402
from harness.elks import SmsGateway                 # noqa: E402
from harness.smtp import MailServer                 # noqa: E402
from harness.ports import free_port               # noqa: E402

# For each of a test's setup, itself, and its teardown; they wait a minute at the most for any one thing.
LIMIT_SECONDS = int(os.environ.get("TEST_LIMIT_SECONDS", "240"))


def limited(item):
    """What hangs has failed, says where, and lets the others go on."""
    def give_up(*_arguments):
        faulthandler.dump_traceback(file=sys.__stderr__)
        raise TimeoutError(f"not done within {LIMIT_SECONDS} s")
    if "config" in item.fixturenames:
        signal.signal(signal.SIGALRM, give_up)
        signal.alarm(LIMIT_SECONDS)
    yield
    signal.alarm(0)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    yield from limited(item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    yield from limited(item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item):
    yield from limited(item)


def last_lines(text, n=40, width=300):
    return "\n".join(line[:width] for line in text.splitlines()[-n:])


def what_was_seen(fixtures):
    """Of a test that failed: (title, text)."""
    stderr, daemon, gateway = fixtures["config"].root / "stderr", fixtures.get("stopped"), fixtures["sms_gateway"]
    yield "the daemon said", last_lines(stderr.read_text(errors="replace") if stderr.exists() else "")
    yield "the text message gateway was asked", last_lines("\n".join(map(str, gateway.attempts + gateway.violations)))
    if daemon is None or daemon.process is None or daemon.process.poll() is not None:
        return
    with contextlib.suppress(subprocess.TimeoutExpired):
        yield "the daemon's gateways", daemon.ctl("gateway", "list").stdout
    ports = [str(port) for port in (daemon.config.port, daemon.config.elks_port, daemon.config.smtp_port)]
    with contextlib.suppress(FileNotFoundError):
        sockets = subprocess.run(["ss", "-tanp"], capture_output=True, text=True, check=False).stdout.splitlines()
        yield "sockets", last_lines("\n".join(line for line in sockets if any(f":{port} " in line for port in ports)))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """What failed by chance is not seen again: what there is to see goes with it."""
    outcome = yield
    report, fixtures = outcome.get_result(), getattr(item, "funcargs", {})
    if report.when == "call" and report.failed and "config" in fixtures:
        report.sections += what_was_seen(fixtures)


@pytest.fixture(name="sms_gateway")
def sms_gateway_fixture():
    gateway = SmsGateway(free_port()).start()
    yield gateway
    gateway.stop()
    assert not gateway.violations


@pytest.fixture(name="smtp_server")
def smtp_server_fixture():
    server = MailServer(free_port()).start()
    yield server
    server.stop()


@pytest.fixture(name="config")
def config_fixture(tmp_path, sms_gateway, smtp_server):
    """The configuration that the daemon will be started on."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "state").mkdir()
    return Config(tmp_path / "etc", free_port(), sms_gateway.port, smtp_server.port)


@pytest.fixture(name="stopped")
def stopped_fixture(config):
    """The daemon, not yet started."""
    if not (BUILD / "beredd").exists():
        pytest.fail(f"no {BUILD}/beredd: build first, and say where with BEREDD_BUILD")
    daemon = Beredd(config)
    yield daemon
    try:
        daemon.stop()
    finally:
        daemon.give_up()


@pytest.fixture(name="beredd")
def beredd_fixture(stopped):
    """The daemon, started on the configuration as it is."""
    return stopped.start()


@pytest.fixture(name="kannel")
def kannel_fixture(tmp_path, config):
    reason = kannel.missing()
    if reason:
        pytest.skip(reason)
    box = kannel.Kannel(tmp_path / "kannel", config.port)
    try:
        yield box.start()
    finally:
        box.stop()


@pytest.fixture(name="smsd")
def smsd_fixture(tmp_path):
    """smsd and its modem, not yet started."""
    reason = smsd.missing()
    if reason:
        pytest.skip(reason)
    (tmp_path / "smsd").mkdir()
    daemon = smsd.Smsd(tmp_path / "smsd")
    try:
        yield daemon
    finally:
        daemon.stop()


@pytest.fixture(name="journald")
def journald_fixture(tmp_path):
    reason = journald.missing()
    if reason:
        pytest.skip(reason)
    service = journald.Journald(tmp_path)
    try:
        yield service.start()
    finally:
        service.stop()


@pytest.fixture(name="faulty_disk")
def faulty_disk_fixture(tmp_path, stopped):
    reason = disk.missing()
    if reason:
        pytest.skip(reason)
    faulty = disk.FaultyDisk(tmp_path, tmp_path / "state")
    stopped.environment |= faulty.environment()
    yield faulty
    faulty.be("ok")


@pytest.fixture(name="clocks")
def clocks_fixture(tmp_path, stopped):
    reason = clocks.missing()
    if reason:
        pytest.skip(reason)
    theirs = clocks.Clocks(tmp_path)
    stopped.environment |= theirs.environment()
    yield theirs
    theirs.stop()
