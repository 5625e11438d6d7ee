# id: S22
# prio: P2
# what: sets the machine's clock and its name
# where: both
# expect: refused
# defence: no capability, our list of system calls
# tries: settimeofday; sethostname
