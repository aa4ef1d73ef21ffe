"""What a reading process gives up before it meets foreign bytes: resources, network, files (Linux only).

Limits of resources always hold. The rest (an empty network, a closed file system by Landlock) is taken where the kernel
allows it and is never required: containers and old kernels refuse some of it.
"""

from __future__ import annotations

import ctypes
import functools
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000

# System call numbers of Landlock are the same on all architectures (Linux 5.13, include/uapi/linux/landlock.h).
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_SOCK = 1 << 9
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_FILE_RIGHTS_V1 = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_SCOPE_ABSTRACT_UNIX, _SCOPE_SIGNAL = 1 << 0, 1 << 1
_NET_BIND_TCP, _NET_CONNECT_TCP = 1 << 0, 1 << 1


_SYSTEM_TREES = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/alternatives",
    "/etc/mime.types",
    "/etc/localtime",
    # LibreOffice (archive variants): Debian keeps its registry and what comes bundled outside /usr.
    "/etc/libreoffice",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
    "/dev/urandom",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLimits:
    """Hard limits of one child. ``file_bytes`` is for each file it writes."""

    address_space_bytes: int
    cpu_s: int
    file_bytes: int
    open_files: int = 64
    may_start_programs: bool = False


def limit_resources(limits: ResourceLimits) -> None:
    """Sets the rlimits of this process; its children inherit them."""
    set_limit = resource.setrlimit
    set_limit(resource.RLIMIT_AS, (limits.address_space_bytes,) * 2)
    # The soft limit sends SIGXCPU, which tells us what happened; a second later the hard one kills.
    set_limit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
    set_limit(resource.RLIMIT_FSIZE, (limits.file_bytes,) * 2)
    set_limit(resource.RLIMIT_NOFILE, (limits.open_files,) * 2)
    set_limit(resource.RLIMIT_CORE, (0, 0))
    if not limits.may_start_programs:
        set_limit(resource.RLIMIT_NPROC, (0, 0))


def die_with_parent(parent: int) -> None:
    """Asks the kernel to kill this process when ``parent`` dies; it must be single-threaded (prctl(2))."""
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)  # It died between our fork and the request, which then never fires.


def adopt_orphans() -> None:
    """Makes descendants whose parent died children of this process, so that they can be found and killed."""
    _libc().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def leave_network() -> bool:
    """Moves this process, and so its children, to an empty network. Returns whether the system allowed it."""
    libc = _libc()
    if libc.unshare(_CLONE_NEWNET) == 0:
        return True
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    # Without a map we would be «nobody» to ourselves; mapping only our own id gives no new power.
    for name, line in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        try:
            Path("/proc/self", name).write_text(line, encoding="ascii")
        except OSError:
            break
    return True


def close_file_system(
    *, readable: Iterable[Path], documents: Iterable[int], folder: int, sockets: Iterable[Path] = ()
) -> bool:
    """Leaves this process only ``readable`` trees, the open ``documents`` (descriptors) and its own ``folder``.

    In the folders ``sockets`` it may give a socket a name, and nothing else: not even see what is there.

    Also hides other processes from its signals and forbids TCP, where the kernel knows how. Landlock, Linux 5.13+.
    Returns whether the kernel allowed it.
    """
    libc = _libc()
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    version = landlock_version()
    if version < 1:
        return False
    everything = _FILE_RIGHTS_V1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        everything |= right if version >= since else 0
    net = _NET_BIND_TCP | _NET_CONNECT_TCP if version >= 4 else 0
    scope = _SCOPE_ABSTRACT_UNIX | _SCOPE_SIGNAL if version >= 6 else 0
    attributes = struct.pack("=QQQ", everything, net, scope)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _allow_path(ruleset, path, _READ)
        for path in sockets:
            _allow_path(ruleset, path, _MAKE_SOCK)
        _allow_path(ruleset, Path(os.devnull), _READ_FILE | _WRITE_FILE)
        for descriptor in documents:
            _allow(ruleset, descriptor, _READ_FILE)
        _allow(ruleset, folder, everything & ~_EXECUTE)
        return bool(libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(ruleset)


@functools.cache
def landlock_version() -> int:
    """The kernel's version of Landlock; below 1 when it has none or it is off."""
    return int(_libc().syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


@functools.cache
def program_trees() -> tuple[Path, ...]:
    """The folders that Python, its libraries, our own code and system programs are read from."""
    ours = Path(__file__).resolve().parents[2]
    packages = (ours / name for name in ("robot", "rules", "connectors", "models"))
    installed = (Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages")))
    trees = (*map(Path, _SYSTEM_TREES), Path(sys.prefix), Path(sys.base_prefix), *installed, *packages)
    return tuple(path for path in trees if path.exists())


def _allow_path(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        _allow(ruleset, descriptor, rights if path.is_dir() else rights & ~_READ_DIR)
    finally:
        os.close(descriptor)


def _allow(ruleset: int, descriptor: int, rights: int) -> None:
    rule = struct.pack("=Qi", rights, descriptor)
    _libc().syscall(_LANDLOCK_ADD_RULE, ruleset, ctypes.c_int(1), rule, ctypes.c_uint32(0))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
