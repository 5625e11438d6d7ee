# id: T04, T05, T10
# prio: P0
# what: brings an archive, a pickle or a document with code to where the trusted side would open it
# expect: refused
# defence: no trusted module has a reader of archives or of serialised code, or an engine's archive calls
import ast

from tests.attacks.run import Held
from tests.attacks.source import imports, names_used, trusted

READERS = frozenset(
    {"tarfile", "zipfile", "zipimport", "bz2", "lzma", "pickle", "marshal", "shelve", "dill", "cloudpickle"}
)
CALLS = frozenset({"put_archive", "get_archive", "exec_run", "unpack_archive", "unsafe_load"})


def only_writes(tree):
    """Whether all that a module does with zipfile is to open new archives for writing."""
    used = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "zipfile"
    ]
    opened = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "ZipFile"
    ]
    imported_whole = not any(
        isinstance(node, ast.ImportFrom) and node.module == "zipfile" for node in ast.walk(tree)
    )
    return (
        imported_whole
        and {node.attr for node in used} <= {"ZipFile", "ZIP_DEFLATED"}
        and len(opened) == sum(node.attr == "ZipFile" for node in used)
        and all(len(one.args) > 1 and getattr(one.args[1], "value", None) == "w" for one in opened)
    )


async def attack(world):
    for path, tree in trusted():
        found = READERS & imports(tree)
        if "zipfile" in found and only_writes(tree):
            found -= {"zipfile"}
        if found:
            return f"{path} imports {', '.join(sorted(found))}"
        if found := CALLS & names_used(tree):
            return f"{path} calls {', '.join(sorted(found))}"
    raise Held.refused("nobody reads any")
