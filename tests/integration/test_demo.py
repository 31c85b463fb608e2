"""./demo, with the programs that are built already."""

import contextlib
import os
import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("BEREDD_BUILD", str(TOP / "build" / "plain"))


def demo(*arguments, build=BUILD, **more):
    return subprocess.Popen([TOP / "demo", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env=dict(os.environ, BEREDD_BUILD=build), **more)


def test_auto_sees_the_whole_line():
    with demo("--auto", stdin=subprocess.DEVNULL) as process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert re.search(r"acknowledged +TIB", said), said


def test_several_at_once_take_a_port_each():
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(demo("--auto", stdin=subprocess.DEVNULL)) for _ in range(3)]
        said = [process.communicate(timeout=200)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], "\n".join(said)


def test_a_person_answers_with_the_code():
    said = ""
    with demo(stdin=subprocess.PIPE) as process:
        for line in process.stdout:
            said += line
            asked = re.search(r"type (JA \d{6})", line)
            if asked:
                process.stdin.write(asked.group(1) + "\n")
                process.stdin.flush()
    assert process.returncode == 0, said
    assert "Kvitterat" in said, said


def test_it_fails_with_a_reason_when_the_daemon_cannot_start(tmp_path):
    with demo("--auto", build=str(tmp_path), stdin=subprocess.DEVNULL) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The demo failed:" in said
