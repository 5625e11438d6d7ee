# id: S10
# prio: P0
# what: looks for a program that gives privileges, by its mode, by a file's capabilities, by a helper of namespaces
# where: both
# expect: refused
# defence: no capability, no_new_privs, no such file
# tries: have capabilities; gain privileges by exec; find a file that gives privileges; run as a user of the system;
# tries: become root
import os
import subprocess


def attack(host):
    for folder in ("/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/venv/bin"):
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            path = os.path.join(folder, name)
            if os.path.isfile(path) and "security.capability" in os.listxattr(path):
                if not os.statvfs(path).f_flag & os.ST_NOSUID:
                    return f"{path} has capabilities"
    for command in (
        ["su", "-c", "id -u"],
        ["sudo", "-n", "id", "-u"],
        ["newuidmap", str(os.getpid()), "0", "0", "1"],
    ):
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=5
            )
        except OSError:
            continue
        if done.stdout.strip() == "0":
            return f"{command[0]} made us root"
    raise PermissionError(1, "no program helps")
