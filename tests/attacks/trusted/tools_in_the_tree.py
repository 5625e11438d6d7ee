# id: T08, T09
# prio: P0
# what: leaves a repository, hooks and configuration for every tool that somebody might run in its tree
# expect: inert
# defence: the tree is not on the host, and the trusted side starts no tool but its own
from tests.attacks.source import callers, trusted

STARTERS = {
    "isolation/bubblewrap.py",  # bwrap
    "isolation/bare.py",  # the runtime that isolates nothing
    "isolation/doctor.py",  # bwrap --version
    "sandbox/adapters/judge.py",  # the judge
}
"""Where the trusted side starts programs, each with words of its own."""
PLANT = r"""
import os, pathlib
w = pathlib.Path("/workspace")
run = f"touch {MARKER} /tmp/marker"
files = {
    ".git/config": f"[core]\n fsmonitor = {run}\n[diff]\n external = {run}\n", ".git/HEAD": "ref: refs/heads/x\n",
    ".git/hooks/pre-commit": run, "conftest.py": f"import os; os.system({run!r})", "setup.py": f"import os; os.system({run!r})",
    "sitecustomize.py": f"import os; os.system({run!r})", "x.pth": f"import os; os.system({run!r})",
    "Makefile": f"all:\n\t{run}\n", ".envrc": run, "pyproject.toml": "[build-system]\nrequires=[]\nbuild-backend='x'\n",
    ".pre-commit-config.yaml": "repos: []", ".vscode/tasks.json": "{}", "notebook.ipynb": "{}",
}
for name, text in files.items():
    (w / name).parent.mkdir(parents=True, exist_ok=True)
    (w / name).write_text(text); (w / name).chmod(0o755)
print(len(files))
"""


async def attack(world):
    marker = world.folder / "marker"
    bench = await world.workbench()
    planted = await world.text(PLANT.replace("{MARKER}", str(marker)))
    assert planted.strip() == "13", planted
    await bench.write_files({"specdec.py": "x = 1\n"})
    await bench.complete("impor", 5)
    await world.text("1 + 1")
    await bench.write_files({})
    if marker.exists():
        return "a program of the tree ran on the host"
    if strange := callers(trusted(), {"subprocess", "os.system", "os.popen", "pty"}) - STARTERS:
        return f"{', '.join(sorted(strange))} starts programs"
    return None
