"""A disk that hangs, fails or fills when a test says so: a shim preloaded into the daemon."""

import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).with_name("faulty_disk.c")


def missing():
    return None if shutil.which("cc") else "no C compiler"


class FaultyDisk:
    def __init__(self, directory, below):
        self.library, self.mode = pathlib.Path(directory) / "faulty_disk.so", pathlib.Path(directory) / "disk"
        subprocess.run(["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-O1", "-o", str(self.library), str(SOURCE), "-ldl"], check=True)
        self.below = below
        self.be("ok")

    def be(self, mode):
        """ok, hang, eio, enospc, hang-sync, eio-sync, hang-read, slow"""
        new = self.mode.with_suffix(".new")
        new.write_text(mode + "\n")
        new.rename(self.mode)

    def environment(self):
        return {"LD_PRELOAD": str(self.library), "FAULTY_DISK": str(self.mode), "FAULTY_BELOW": str(self.below),
                "ASAN_OPTIONS": "verify_asan_link_order=0"}
