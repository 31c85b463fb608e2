"""Some of the daemon's allocations and system calls fail, each in a run of its own. `make inject` takes all of them in turn."""

import subprocess
import sys

import pytest

from harness import disk
from harness.daemon import TOP, is_sanitized


@pytest.mark.skipif(disk.missing() is not None, reason="no C compiler")
@pytest.mark.skipif(is_sanitized(), reason="the allocator is the sanitizer's")
@pytest.mark.parametrize("which, every", [("call", 60), ("alloc", 600)])
def test_one_fault_loses_nothing(which, every):
    done = subprocess.run([sys.executable, str(TOP / "tests" / "inject" / "run.py"), "--only", which, "--every", str(every)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
    print(done.stdout)
    if "inject: seccomp" in done.stdout:
        pytest.skip("this kernel lets nobody filter system calls")
    assert done.returncode == 0, done.stdout
