# id: S13
# prio: P1
# what: watches a file that another jail reads, and so hears from it
# where: both
# expect: refused
# defence: our list of system calls
import ctypes
import os


def attack(host):
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(0)
    if descriptor >= 0 and libc.inotify_add_watch(descriptor, host["shared"].encode(), 0x1 | 0x20) >= 0:
        return "hears when another jail opens it"
    raise PermissionError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
