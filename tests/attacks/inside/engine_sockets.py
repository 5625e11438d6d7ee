# id: S08
# prio: P0
# what: looks for the socket of an engine, of a broker, of any server of the host: in places, mounts and variables
# where: both
# expect: refused
# defence: nothing of the host is mounted but what is shown
# tries: see an engine's socket; see a variable that was not given
import os
import stat
import sys


def attack(host):
    for folder, names, files in os.walk("/"):
        if folder in {
            "/proc",
            "/sys",
            "/usr",
            sys.prefix,
            sys.base_prefix,
        }:  # files of a package, or no files
            names.clear()
        for name in files:
            path = os.path.join(folder, name)
            try:
                if stat.S_ISSOCK(os.lstat(path).st_mode):
                    return path
            except OSError:
                continue
    with open("/proc/self/mountinfo") as file:
        if ".sock" in (text := file.read()):
            return text[text.index(".sock") - 80 :][:160]
    raise FileNotFoundError(2, "no socket anywhere")
