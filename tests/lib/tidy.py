"""clang-tidy over every C file, for tests/run: tidy.py BUILD COUNTS. Which checks, and why not the others: .clang-tidy.

Runs in the build directory with the flags that its Makefile gives the compiler. Counts files: `CLEAN WITH-FINDINGS 0`."""

import concurrent.futures
import os
import pathlib
import shlex
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
LIBRARIES = "EVENT CURL INIH SYSTEMD SQLITE JANSSON CRYPTO CHECK"


def flags(build):
    values = " ".join(["$(DEFS)", "$(DEFAULT_INCLUDES)", "$(AM_CPPFLAGS)"] + [f"$({name}_CFLAGS)" for name in LIBRARIES.split()])
    rule = f"tidy-flags:\n\t@printf '%s\\n' '$(subst ','\\'',{values})'"
    run = subprocess.run(["make", "-s", "-C", build, f"--eval={rule}", "tidy-flags"], capture_output=True, text=True, check=True)
    return [flag for flag in shlex.split(run.stdout) if "_FORTIFY_SOURCE" not in flag] + ["-std=gnu11"]


def tidy(build, path, options):
    run = subprocess.run(["clang-tidy", "--quiet", str(path), "--", *options], cwd=build, capture_output=True, text=True, check=False)
    return path, run.returncode, run.stdout + ("" if run.returncode == 0 else run.stderr)


def main(build, counts):
    options = flags(build)
    sources = sorted([*TOP.glob("src/**/*.c"), *TOP.glob("tests/**/*.c")])
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for path, status, text in pool.map(lambda one: tidy(build, one, options), sources):
            bad += status != 0
            print(f"{path.relative_to(TOP)}: {'clean' if status == 0 else 'findings'}", flush=True)
            if status != 0:
                print(text, flush=True)
    pathlib.Path(counts).write_text(f"{len(sources) - bad} {bad} 0\n")
    return bad != 0


sys.exit(main(*sys.argv[1:]))
