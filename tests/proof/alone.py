"""The verifier that stands alone, as a stranger runs it: a file, Python and `cryptography`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import proof.verifier

NEEDED = ("cryptography", "cffi", "_cffi_backend")


@dataclass(frozen=True, slots=True)
class Judged:
    """How the verifier ended, and what it said."""

    code: int
    said: str


class Stranger:
    """Somebody with the verifier in an empty folder, and none of our packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(proof.verifier.__file__, folder / "verifier.py")
        self._packages = folder / "packages"
        self._packages.mkdir()
        for name in NEEDED:
            spec = find_spec(name)
            assert spec is not None, name
            found = Path(str(spec.origin))
            found = found.parent if found.name == "__init__.py" else found
            (self._packages / found.name).symlink_to(found)

    def python(self, *arguments: str) -> Judged:
        # -S: nothing of what is installed but the packages of the folder.
        ended = subprocess.run(
            [sys.executable, "-S", *arguments],
            cwd=self.folder,
            env={"PYTHONPATH": str(self._packages), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        return Judged(ended.returncode, ended.stdout + ended.stderr)

    def __call__(self, *arguments: object) -> Judged:
        return self.python("verifier.py", *map(str, arguments))
