"""Runs a command on a pseudo-terminal: terminal.py <text to wait for> <keys> <command...>; prints JSON {code, output}."""

import json
import os
import pty
import select
import sys
import time

wanted, keys, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
output = b""
pressed = False
end = time.monotonic() + 50
while time.monotonic() < end:
    if terminal in select.select([terminal], [], [], 0.2)[0]:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        output += piece
    if not pressed and wanted and wanted.encode() in output:
        os.write(terminal, keys.encode())
        pressed = True
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({"code": code, "output": output.decode()}))
