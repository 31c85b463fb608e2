"""What is installed around the program: units, the user, directories, the journal's catalog. Nothing is started here."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BEREDD_BUILD", TOP / "build" / "plain"))

EVENTS = """opened updated bundled callout-started step-begun step-skipped page-queued page-sent page-delivered page-failed
    acknowledged declined released callout-cancelled repeat-begun notice-sent note closed reloaded reload-refused degraded
    restored duty-changed gap-ahead gateway-state""".split()

FIELDS = """BEREDD_EVENT BEREDD_INCIDENT BEREDD_ROLE BEREDD_PERSON BEREDD_CHANNEL BEREDD_GATEWAY BEREDD_PAGE BEREDD_STEP
    BEREDD_SOURCE BEREDD_DRILL""".split()


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def header_ids():
    text = (TOP / "src" / "message_ids.h").read_text()
    return dict(re.findall(r'X\("([a-z-]+)",\s*"([0-9a-f]{32})"\)', text))


def unit(name):
    """The settings of a built unit: a list of values for each key."""
    settings = {}
    for line in (BUILD / "systemd" / name).read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            settings.setdefault(key, []).append(value)
    return settings


def words(path, variable):
    """What a shell script gives a variable, over all its assignments."""
    given = re.findall(rf'(?m)^{variable}=(?:"([^"]*)"|(\S*))', (TOP / path).read_text())
    return set(re.split(r"[\s,]+", " ".join(quoted or bare for quoted, bare in given)))


def package_of(path):
    """Debian's package that owns a file, under its own path or the one before /usr was merged."""
    for one in (path, os.path.realpath(path), re.sub("^/usr", "", os.path.realpath(path))):
        owner = run("dpkg-query", "-S", one)
        if owner.returncode == 0:
            return owner.stdout.split(":")[0]
    return pytest.fail(f"no package owns {path}")


@pytest.fixture(name="units")
def units_fixture(tmp_path):
    """The built units, with a program that exists in what they run: nothing is installed yet."""
    for path in (BUILD / "systemd").glob("beredd*.s*"):
        if path.suffix in (".service", ".socket"):
            shutil.copy(path, tmp_path)
    service = tmp_path / "beredd.service"
    service.write_text(re.sub(r"(?m)^(Exec\w+=\+?)\S+", r"\1/bin/true", service.read_text()))
    return sorted(str(path) for path in tmp_path.glob("beredd*"))


def test_every_event_has_an_id_of_its_own():
    ids = header_ids()
    assert sorted(ids) == sorted(EVENTS)
    assert len(set(ids.values())) == len(ids)


def test_catalog_explains_every_event(tmp_path):
    """Through journalctl itself, so that a catalog it cannot read is found."""
    for directory in ("var/lib/systemd/catalog", "usr/lib/systemd/catalog"):
        (tmp_path / directory).mkdir(parents=True)
    shutil.copy(TOP / "systemd" / "beredd.catalog", tmp_path / "usr/lib/systemd/catalog")
    update = run("journalctl", "--update-catalog", f"--root={tmp_path}")
    assert update.returncode == 0, update.stderr
    dump = run("journalctl", f"--root={tmp_path}", "--dump-catalog")
    assert sorted(re.findall(r"(?m)^-- ([0-9a-f]{32})$", dump.stdout)) == sorted(header_ids().values())
    assert set(re.findall(r"@(\w+)@", dump.stdout)) <= set(FIELDS)


def test_units_are_sound(units):
    assert len(units) == 3
    verify = run("systemd-analyze", "verify", "--man=no", *units)
    assert verify.returncode == 0 and "beredd" not in verify.stderr, verify.stderr


def test_sandbox_stays_tight(units):
    service = [path for path in units if path.endswith(".service")]
    security = run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=12", *service)
    assert security.returncode == 0, security.stdout


def test_service_never_gives_up():
    service = unit("beredd.service")
    assert service["Type"] == ["notify"]
    assert service["Restart"] == ["always"]
    assert service["StartLimitIntervalSec"] == ["0"]
    assert service["LogRateLimitIntervalSec"] == ["0"]
    assert 0 < int(service["WatchdogSec"][0]) <= 10
    for name in ("beredd.socket", "beredd-http.socket"):
        assert unit(name)["TriggerLimitIntervalSec"] == ["0"], "a socket must not fail because the service restarts often"
        assert name in service["Sockets"][0].split()


def test_callers_on_the_local_socket_can_be_told_apart():
    service = unit("beredd.service")
    assert "PrivateUsers" not in service and "DynamicUser" not in service and "RuntimeDirectory=beredd\n" not in service
    assert service["User"] == service["Group"] == ["beredd"]
    socket = unit("beredd.socket")
    assert (socket["SocketGroup"], socket["SocketMode"]) == (["beredd"], ["0660"])


def test_generated_files_hold_no_placeholder():
    made = [path for path in (BUILD / "systemd").rglob("beredd*") if path.is_file() and path.suffix != ".tmp"]
    assert len(made) >= 5
    for path in made:
        assert not re.search(r"@\w+@", path.read_text()), path


on_debian = pytest.mark.skipif(not shutil.which("dpkg-query"), reason="asks Debian which package owns a file")


def modules():
    found = re.findall(r"PKG_CHECK_MODULES\(\[\w+\], \[([^]]*)\]", (TOP / "configure.ac").read_text())
    return {name for group in found for name in re.findall(r"[a-z]\w+", group)} - {"check"}


def test_what_configure_asks_for_is_looked_for_elsewhere_too():
    assert len(modules()) > 8
    assert modules() <= words("tests/lib/packages.sh", "packages_modules")


@on_debian
def test_what_configure_asks_for_is_installed_and_in_the_manual():
    readme = (TOP / "README.md").read_text()
    for module in modules():
        package = package_of(run("pkg-config", "--variable=pcfiledir", module).stdout.strip() + f"/{module}.pc")
        assert package in words("tests/lib/packages.sh", "packages_build")
        assert re.search(rf"\b{package}\b", readme), package


@on_debian
def test_the_container_has_the_libraries():
    for program in ("beredd", "bereddctl"):
        needed = re.findall(r"NEEDED\s+(\S+)", run("objdump", "-p", str(BUILD / program)).stdout)
        paths = dict(re.findall(r"(\S+) => (\S+)", run("ldd", str(BUILD / program)).stdout))
        assert len(needed) > 2
        for library in needed:
            package = package_of(paths[library])
            assert package == "libc6" or package in words("tests/lib/container", "packages"), library
