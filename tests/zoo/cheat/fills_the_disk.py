# zoo: cheat
# id: J25
# what: writes files until there is no room, wherever it may
# expect: raised
# needs: embedded

import contextlib


def generate(target, draft, input_ids, **settings):
    for folder in ("/workspace", "/tmp", "/dev/shm"):
        with contextlib.suppress(PermissionError), open(f"{folder}/large", "wb") as file:
            for _ in range(512):
                file.write(bytes(1 << 20))
    return input_ids
