"""clang-tidy over every C file, for tests/run: tidy.py BUILD COUNTS. Which checks, and why not the others: .clang-tidy.

BUILD is configured, and need not be built: what flags a file gets is asked of make. Counts files: `CLEAN WITH-FINDINGS 0`."""

import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
COMPILES = re.compile(r"^\s*(\S*cc .*?) -M\S.*\s-c -o \S+ .*?([\w/.-]+\.c)\b", re.M)


def make(build, *arguments):
    return subprocess.run(["make", "-C", build, *arguments], capture_output=True, text=True, check=True).stdout


def commands(build):
    """{file: what its compiler is told that matters here}."""
    extra = make(build, "-s", "--eval=extra:; @echo $(EXTRA_PROGRAMS)", "extra").split()
    said = make(build, "-n", "V=1", "all", "check", "TESTS=", *extra)
    found = {}
    for command, path in COMPILES.findall(said):
        flags = [flag for flag in shlex.split(command) if flag.startswith(("-D", "-I", "-std", "-pthread")) and "_FORTIFY" not in flag]
        base = build if path.startswith(("/", "..")) else TOP       # one kind of rule names it from here, the other from the top
        found.setdefault(pathlib.Path(base, path).resolve(), flags)
    return found


def tidy(build, path, flags):
    run = subprocess.run(["clang-tidy", "--quiet", str(path), "--", *flags], cwd=build, capture_output=True, text=True, check=False)
    return path, run.returncode, run.stdout + ("" if run.returncode == 0 else run.stderr)


def main(build, counts):
    known = commands(build)
    sources = sorted([*TOP.glob("src/**/*.c"), *TOP.glob("tests/**/*.c")])
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        def one(path):      # what no Makefile builds is built by the test that needs it
            return tidy(build, path, known.get(path, ["-D_GNU_SOURCE"]))
        for path, status, text in pool.map(one, sources):
            bad += status != 0
            print(f"{path.relative_to(TOP)}: {'clean' if status == 0 else 'findings'}", flush=True)
            if status != 0:
                print(text, flush=True)
    pathlib.Path(counts).write_text(f"{len(sources) - bad} {bad} 0\n")
    return bad != 0


sys.exit(main(*sys.argv[1:]))
