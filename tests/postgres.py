"""A PostgreSQL of our own: made for one run of the tests, on a unix socket, then thrown away."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

USER = "stofstroom"
# What the tests keep need not survive a power cut, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


def start(folder: Path, *options: str, **other: str) -> None:
    """Make a cluster in `folder` and start it; its socket lies in `folder` too. options: more of
    initdb. other: settings that differ from those of the tests."""
    folder.mkdir()
    account = server_account()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    run("initdb", "-D", f"{folder}/data", "-U", USER, "-E", "UTF8", "--no-locale", "--no-sync",
         "--auth=trust", *options)  # fmt: skip
    said = {**SETTINGS, **other, "unix_socket_directories": str(folder)}
    with (folder / "data" / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in said.items())
    start_again(folder)


def start_again(folder: Path) -> None:
    """Start a cluster that was made before, with the settings that it had."""
    run("pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "start")


def stop(folder: Path) -> None:
    """Stop it at once; what it held is thrown away anyway."""
    if (folder / "data" / "postmaster.pid").exists():
        run("pg_ctl", "-D", f"{folder}/data", "-w", "-m", "immediate", "stop")


def url(folder: Path, name: str) -> str:
    """Where the database `name` of the cluster in `folder` is."""
    return f"postgresql+psycopg://{USER}@/{name}?host={folder}"


def server_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it runs as the account Debian made for it."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL, as the account that its server runs as."""
    account = server_account()
    done = subprocess.run(
        [binary(program), *arguments],
        cwd="/",
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        # A server started by pg_ctl keeps these open, so they must not be pipes of ours.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{program} {' '.join(arguments)} ended with {done.returncode}")


def binary(program: str) -> str:
    """Where the newest of PostgreSQL's programs of this name is."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda p: float(p.parts[4])
    )
    found = str(versions[-1]) if versions else shutil.which(program)
    if found is None:
        raise RuntimeError(f"{program} is missing: install PostgreSQL (`make test` does).")
    return found
