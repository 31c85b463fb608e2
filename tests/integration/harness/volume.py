"""A file system of its own for the daemon's log: ext4 in a file, through a loop device. It can be filled, frozen, broken and mounted again."""

import contextlib
import os
import shutil
import subprocess
import threading
import time


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stderr}"


class Volume:
    def __init__(self, directory, mountpoint):
        self.image, self.mountpoint = directory / "volume.img", mountpoint
        self.thaw_by = None

    def missing(self):
        """Why it cannot be had here, or None. What it made so far is left to close()."""
        if os.geteuid() != 0 or not all(shutil.which(tool) for tool in ("mkfs.ext4", "fsfreeze", "mount")):
            return "a file system in a file needs root, mkfs.ext4 and fsfreeze"
        with open(self.image, "wb") as image:
            image.truncate(16 << 20)
        run("mkfs.ext4", "-q", "-F", self.image)
        done = subprocess.run(["mount", "-o", "loop", str(self.image), str(self.mountpoint)], capture_output=True, text=True, check=False)
        return f"no mounts here: {done.stderr.strip()}" if done.returncode else None

    def mount(self, options="rw"):
        run("mount", "-o", f"loop,{options}", self.image, self.mountpoint)

    def remount(self, options):
        run("mount", "-o", f"remount,{options}", self.mountpoint)

    def unmount(self):
        run("umount", self.mountpoint)

    def fill(self):
        with open(self.mountpoint / "ballast", "wb", buffering=0) as file, contextlib.suppress(OSError):
            for size in (65536, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"x" * size)

    def empty(self):
        (self.mountpoint / "ballast").unlink()

    def freeze(self, at_most=60):
        """Whatever writes hangs, and cannot even be killed: so it ends by itself, if the test does not end it."""
        run("fsfreeze", "--freeze", self.mountpoint)
        self.thaw_by = threading.Timer(at_most, self.thaw)
        self.thaw_by.start()

    def thaw(self):
        subprocess.run(["fsfreeze", "--unfreeze", str(self.mountpoint)], capture_output=True, check=False)
        if self.thaw_by:
            self.thaw_by.cancel()
        self.thaw_by = None

    def close(self):
        if self.thaw_by:
            self.thaw()
        end = time.monotonic() + 10
        while os.path.ismount(self.mountpoint) and time.monotonic() < end:
            if subprocess.run(["umount", str(self.mountpoint)], capture_output=True, check=False).returncode:
                time.sleep(0.1)      # who used it is just ending
