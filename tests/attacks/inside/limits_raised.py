# id: S16, S18, S19, S20
# prio: P1
# what: raises its own limits and its place in the queue, and asks for a core dump
# where: both
# expect: refused
# defence: hard limits, no capability
# tries: raise the limit of open files; leave a core dump; hide from the out-of-memory killer;
# tries: raise the own priority; run in real time
