"""For `make coverage`: report.py SOURCE BUILD [--misses DIRECTORY]
Reads what gcov has counted in BUILD, and prints how many branches were taken in each directory of src, and in each file of
src/engine. Of src/engine it prints every line with a branch that was not taken and has no reason in tests/coverage/reasons,
and fails if there is one, or a reason too many. --misses prints the lines of another directory, and looks at no reasons.

A branch is one way out of one condition: gcov counts each operand of && and || by itself, both ways, in a build without
optimisation. Lines with an assert do not count: what they say cannot be otherwise. Nor does the way out of a switch for a
value that none of its cases names, where it has no default: the compiler sees to it that they name every value of the type."""

import collections
import json
import os
import re
import subprocess
import sys

ENGINE = "src/engine"
ASSERT = re.compile(r"\bassert\(")


def documents(build):
    """One for each object that was compiled from src/, as gcov prints them."""
    notes = []
    for directory, _, files in os.walk(os.path.join(build, "src")):
        for name in files:
            note = os.path.join(directory, name)
            # What an executable compiles for itself counts if that ran; it may be of an older source if it did not.
            if name.endswith(".gcno") and (not name.startswith("tests_") or os.path.exists(note[:-4] + "gcda")):
                notes.append(note)
    for at in range(0, len(notes), 40):
        printed = subprocess.run(["gcov", "-j", "-t", "-b", *sorted(notes)[at:at + 40]], cwd=build, check=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        yield from (json.loads(line) for line in printed.splitlines() if line)


def count(source, build):
    """{file: {line: (function, [taken, ...])}}: a file in several objects, or a function in several, counts once."""
    result = collections.defaultdict(dict)
    for document in documents(build):
        for file in document["files"]:
            path = os.path.relpath(os.path.realpath(os.path.join(document["current_working_directory"], file["file"])), source)
            if not path.startswith("src/") or not path.endswith(".c"):
                continue
            for line in file["lines"]:
                taken = [branch["count"] for branch in line["branches"]]
                function, before = result[path].get(line["line_number"], (line.get("function_name", ""), [0] * len(taken)))
                result[path][line["line_number"]] = function, [a + b for a, b in zip(before, taken)]
    return result


def names_all(text, number):
    """Whether a switch begins on this line, and has no default: gcov's last branch is the one that it would be."""
    indent = re.match(r" *", text[number - 1]).group()
    if not text[number - 1].startswith(indent + "switch ("):
        return False
    for line in text[number:]:
        if line == indent + "}":
            return True
        if line.startswith(indent + "default:"):
            return False
    return False


class File:
    def __init__(self, source, path, lines):
        self.path, self.total, self.taken, self.misses = path, 0, 0, []
        with open(os.path.join(source, path), encoding="utf-8") as file:
            text = file.read().split("\n")
        for number, (function, branches) in sorted(lines.items()):
            if not branches or ASSERT.search(text[number - 1]):
                continue
            if names_all(text, number):
                branches = branches[:-1]
            missed = [i for i, taken in enumerate(branches) if not taken]
            self.total += len(branches)
            self.taken += len(branches) - len(missed)
            if missed:
                self.misses.append((number, function, missed, len(branches), text[number - 1].strip()))


def print_row(name, files):
    taken, total = sum(f.taken for f in files), sum(f.total for f in files)
    print(f"  {name:32} {taken:6} of {total:6}  {100 * taken / max(total, 1):5.1f} %")


def print_miss(path, miss):
    number, function, missed, branches, text = miss
    print(f"  {path}:{number}: {function}: {' '.join(str(i + 1) for i in missed)} of {branches}: {text}")


def reasons(source):
    """{(file, function): how many branches it is for}; a line is FILE FUNCTION COUNT REASON."""
    result = {}
    with open(os.path.join(source, "tests/coverage/reasons"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith(("#", " ")):
                name, function, number, _ = line.split(None, 3)
                result[f"{ENGINE}/{name}", function] = int(number)
    return result


def print_unexplained(source, files):
    """Whether each miss of the engine has its reason, and each reason its miss."""
    left, good = reasons(source), True
    missed = collections.Counter()
    for file in files:
        for miss in file.misses:
            missed[file.path, miss[1]] += len(miss[2])
    for file in files:
        for miss in file.misses:
            if missed[file.path, miss[1]] > left.get((file.path, miss[1]), 0):
                print_miss(file.path, miss)
                good = False
    for (path, function), number in left.items():
        if missed[path, function] < number:
            print(f"  {path}: {function}: the reasons are for {number}, and {missed[path, function]} are missed")
            good = False
    return good


def main():
    source, build = os.path.realpath(sys.argv[1]), sys.argv[2]
    files = [File(source, path, lines) for path, lines in sorted(count(source, build).items())]
    directories = collections.defaultdict(list)
    for file in files:
        directories[os.path.dirname(file.path)].append(file)
    if sys.argv[3:4] == ["--misses"]:
        for file in directories[sys.argv[4]]:
            for miss in file.misses:
                print_miss(file.path, miss)
        return
    for file in directories[ENGINE]:
        print_row(file.path, [file])
    print()
    for name, list_of_files in sorted(directories.items()):
        print_row(name, list_of_files)
    print_row("the whole", files)
    print("\nMissed in src/engine without a reason:")
    if not print_unexplained(source, directories[ENGINE]):
        sys.exit(1)
    print("  none")


main()
