# id: T06, T07, T11, T12
# prio: P0
# what: puts pipes, links, sockets, folders and unspeakable names where the trusted side lists and writes files
# expect: inert
# defence: it writes through the session's own server, as the session's user; names are checked and never followed here
import asyncio

from sandbox.adapters import jupyter
from sandbox.ports import SandboxFault

PLANT = r"""
import os, socket
os.chdir("/workspace")
os.symlink("SECRET", "linked.py"); os.symlink("/proc/self/fd/0", "stdin.py"); os.mkdir("folder.py")
socket.socket(socket.AF_UNIX).bind("socket.py")
for name in (b"\xff.py", b"new\nline.py", b"\x1b[2Jclear.py", "\u202eyp.txt".encode(), b"-rf", b"x" * 250 + b".py"):
    open(name, "w").close()
os.makedirs("many"); [open(f"many/{n}.py", "w").close() for n in range(500)]
deep = "/".join(["d"] * 100); os.makedirs(deep)
print("planted")
"""
CLEAR = (
    "import shutil, os\nfor n in os.listdir(b'/workspace'):\n    p = b'/workspace/' + n\n    "
    "shutil.rmtree(p) if os.path.isdir(p) and not os.path.islink(p) else os.unlink(p)"
)
DEADLINE_S = 2.0
NAMES = ("linked.py", "stdin.py", "folder.py", "socket.py", "clear.py")


async def attack(world):
    secret = world.folder / "secret"
    before = secret.read_text()
    bench = await world.workbench()
    planted = await world.text(PLANT.replace("SECRET", str(secret)))
    assert planted.strip().endswith("planted"), planted
    for name in NAMES:
        try:
            await asyncio.wait_for(bench.write_files({name: "written"}), 25)
        except SandboxFault:
            pass
        except TimeoutError:
            return f"{name} was waited for"
    for name in ("../x.py", "/etc/x.py", "a/b.py", "x y.py", "..", "x\x00.py", ".py"):
        try:
            await bench.write_files({name: "written"})
            return f"{name!r} was taken for a name"
        except SandboxFault:
            pass
    if secret.read_text() != before:
        return "a file of the host was written through a link"
    await world.text(CLEAR)
    await bench.write_files({"specdec.py": "x = 1\n"})
    return await pipe(world, bench)


async def pipe(world, bench):
    """Its server opens a pipe and waits for a reader. That is its own loss: we do not wait, and give it another."""
    await world.text("import os; os.mkfifo('/workspace/pipe.py')")
    usual, jupyter.REQUEST_TIMEOUT_S = jupyter.REQUEST_TIMEOUT_S, DEADLINE_S  # its own, and shorter
    try:
        await asyncio.wait_for(bench.write_files({"pipe.py": "written"}), 10 * DEADLINE_S)
    except SandboxFault:
        await world.end_sandbox()
    except TimeoutError:
        return "a pipe was waited for"
    finally:
        jupyter.REQUEST_TIMEOUT_S = usual
    await bench.restart()
    await bench.write_files({})
    return None if (await world.text("6 * 7")).strip() == "42" else "the sandbox is of no use any more"
