# id: S14, K09
# prio: P0
# what: leaves marks wherever it can write, ends its sandbox, and looks for them in the one that is given instead
# expect: inert
# defence: no jail is used twice: what replaces it has a new root, a new home, a new workspace

MARK = r"""
import os
for folder in ("/tmp", "/workspace", "/dev/shm", "/tmp/ipython/profile_default/startup", "/tmp/jupyter/config", "/tmp/.jupyter"):
    try:
        os.makedirs(folder, exist_ok=True)
        open(folder + "/00-mark.py", "w").write("marked = True")
    except OSError: pass
print("left")
"""
LOOK = r"""
import os
print([os.path.join(f, n) for f, _, ns in os.walk("/") if not f.startswith(("/proc", "/sys", "/usr")) for n in ns if "00-mark" in n], "marked" in globals())
"""


async def attack(world):
    bench = await world.workbench()
    assert "left" in await world.text(MARK)
    await world.end_sandbox()
    await bench.restart()
    found = (await world.text(LOOK)).strip()
    await bench.write_files({})
    return None if found == "[] False" else found
