"""Child processes in which drivers run: started at once, silent, gone when this process is gone."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from actviz.opencl import cache

_PATIENCE = 2.0
_KILLED = (-9, -15)


class Process:
    """A child that runs `actviz.opencl.child` with the given words, and a connection to it.

    The child prints nothing and hears no Ctrl-C. Its standard input is a pipe that nobody writes
    to: when this process dies in whatever way, the pipe ends and so does the child. On Linux the
    kernel ends it too, as soon as the thread that has started it ends.

    Raises
    ------
    OSError
        When the process cannot be started.
    """

    def __init__(self, *words: str, files: tuple[int, ...] = (), drivers: str = "") -> None:
        cache.folder()  # made here, so that it is removed here
        self.connection, theirs = multiprocessing.Pipe(duplex=True)
        try:
            handle = theirs.fileno()
            numbers = (str(handle), str(os.getpid()))
            command = [sys.executable, "-P", "-m", "actviz.opencl.child", *numbers, *words]
            self._popen = _start(command, (handle, *files), _environment(drivers))
        except OSError:
            self.connection.close()
            raise
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self._popen.poll() is None

    def kill(self) -> None:
        """End the process at once, whatever it is doing, and close the connection."""
        self._popen.kill()
        self._popen.wait()
        if self._popen.stdin is not None:
            self._popen.stdin.close()
        self.connection.close()

    def ending(self) -> str:
        """Say how a process ended whose connection has ended; one that still runs is killed."""
        try:
            status = self._popen.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            status = self._popen.wait()
        return f"signal {-status}" if status < 0 else f"exit status {status}"

    def was_killed(self) -> bool:
        """Tell whether somebody ended the process: the kernel for want of memory, or a person."""
        return self._popen.returncode in _KILLED


def _environment(drivers: str) -> dict[str, str]:
    """Let the child find this very package, and optionally only some drivers.

    pyopencl's own cache would save a child nothing, and fails where it cannot be written.
    """
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    ours = {"PYTHONPATH": os.pathsep.join(paths), "PYOPENCL_NO_CACHE": "1"}
    environment = {**os.environ, **ours}
    if drivers:
        environment["OCL_ICD_VENDORS"] = drivers
    return environment


def _start(
    command: list[str], handles: tuple[int, ...], environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start our own interpreter on our own module; nothing in the command comes from outside."""
    if sys.platform == "win32":  # untested: no Windows was at hand
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        info = subprocess.STARTUPINFO(lpAttributeList={"handle_list": list(handles)})
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            startupinfo=info,
            creationflags=flags,
        )
    return subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=handles,
        env=environment,
        start_new_session=True,
    )


def connection_of(handle: int) -> Connection:
    """Make the child's end of the connection from what it was given on its command line."""
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection

        return PipeConnection(handle)
    return Connection(handle)
