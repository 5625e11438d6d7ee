# id: S21
# prio: P1
# what: leaves a device and a file that gives privileges in its workspace, for somebody outside to use
# where: both
# expect: inert
# defence: the workspace is a file system of the jail alone, without devices and without privileges
import os
import stat


def attack(host):
    path = os.path.join(os.getcwd(), "helper")
    with open(path, "w") as file:
        file.write("#!/bin/sh\nid\n")
    os.chmod(path, 0o6755)
    try:
        os.mknod(os.path.join(os.getcwd(), "disk"), 0o600 | stat.S_IFBLK, os.makedev(254, 0))
        return "made a device"
    except OSError:
        pass
    if not os.statvfs(os.getcwd()).f_flag & os.ST_NOSUID and os.stat(path).st_mode & stat.S_ISUID:
        return "a file that gives privileges"
    return None
