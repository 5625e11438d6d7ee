# id: T04, T05, T10
# prio: P0
# what: brings an archive, a pickle or a document with code to where the trusted side would open it
# expect: refused
# defence: no trusted module has a reader of archives or of serialised code, or an engine's archive calls
from tests.attacks.run import Held
from tests.attacks.source import imports, names_used, trusted

READERS = frozenset(
    {"tarfile", "zipfile", "zipimport", "bz2", "lzma", "pickle", "marshal", "shelve", "dill", "cloudpickle"}
)
CALLS = frozenset({"put_archive", "get_archive", "exec_run", "unpack_archive", "unsafe_load"})


async def attack(world):
    for path, tree in trusted():
        if found := READERS & imports(tree):
            return f"{path} imports {', '.join(sorted(found))}"
        if found := CALLS & names_used(tree):
            return f"{path} calls {', '.join(sorted(found))}"
    raise Held.refused("nobody reads any")
