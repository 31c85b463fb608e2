"""The installed service under a systemd of its own, in a container. It is booted once; service_in_container.sh does the work
there and says how each test went."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BEREDD_BUILD", TOP / "build" / "plain"))
BASE = pathlib.Path(os.environ.get("BEREDD_CONTAINER", TOP / "build" / "container"))
CONTAINER = TOP / "tests" / "lib" / "container"
SCRIPT = pathlib.Path(__file__).with_name("service_in_container.sh")
TESTS = re.search(r"(?ms)^for test in (.*?); do", SCRIPT.read_text()).group(1).replace("\\", "").split()


def run(*command, timeout=60):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=timeout, check=False)


def base_tree():
    """A Debian with what the programs need; skips the tests where none can be made."""
    why = run(CONTAINER, "why")
    if why.returncode != 0:
        pytest.skip(f"no container: {why.stdout.strip()}")
    if "BEREDD_CONTAINER" not in os.environ:
        made = run(CONTAINER, "make", BASE, timeout=600)
        if made.returncode != 0:
            pytest.skip(f"no container: {made.stdout.strip()}")
    return BASE


def boots(tree, directory):
    script = directory / "true"
    script.write_text("#!/bin/sh\necho up\n")
    return run(CONTAINER, "boot", tree, script, "60", timeout=90)


@pytest.fixture(name="verdicts", scope="module")
def verdicts_fixture(tmp_path_factory, pytestconfig):
    """How the tests in the container went: {test: None, or the reason why it failed}. Shows all it said if one failed."""
    directory = tmp_path_factory.mktemp("service")
    tree = directory / "tree"
    try:
        subprocess.run(["cp", "-a", "--reflink=auto", base_tree(), tree], check=True, timeout=120)
        up = boots(tree, directory)
        if up.returncode != 0:
            pytest.skip(f"no container: systemd does not boot in it: {up.stdout.strip()[-300:]}")
        install = run("make", "-s", "-C", BUILD, "install", f"DESTDIR={tree}", timeout=300)
        assert install.returncode == 0, install.stdout
        said = run(CONTAINER, "boot", tree, SCRIPT, "240", timeout=280).stdout
    finally:
        shutil.rmtree(tree, ignore_errors=True)
    verdicts = {name: None for name in re.findall(r"(?m)^ok (\w+)$", said)}
    verdicts.update(re.findall(r"(?m)^not ok (\w+): (.*)$", said))
    if set(TESTS) != {name for name, reason in verdicts.items() if reason is None}:
        with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\n---- in the container\n{said}----")
    return verdicts


@pytest.mark.parametrize("name", TESTS)
def test_service(verdicts, name):
    if verdicts.get(name, "the script never came to it") is not None:
        pytest.fail(verdicts.get(name, "the script never came to it"), pytrace=False)
