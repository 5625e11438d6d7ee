# id: S12, J26
# prio: P0
# what: reads what /proc and /sys say of the host, of its processes and of other jails
# where: both
# expect: refused
# defence: own processes only, masked files, an environment of ours
# tries: see processes of the host; see such a variable in the first process; open /proc/kcore; open /dev/mem;
# tries: open /dev/kmsg; set a sysctl; press SysRq; write below /sys; make a control group
import os
import re
import signal

PLANTED = re.compile(rb"canary-[0-9a-f]{16}|neighbour-[0-9a-f]{8}")
"""In the environment and the command line of processes of the host, and in the other jail's name."""


def attack(host):
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        for name in ("cmdline", "environ", "mountinfo", "cgroup", "maps"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    found = PLANTED.search(file.read())
            except OSError:
                continue
            if found:
                return f"/proc/{pid}/{name} tells {found[0].decode()}"
    os.kill(host["pid"], signal.SIGTERM)
    return f"may end process {host['pid']} of the host"
