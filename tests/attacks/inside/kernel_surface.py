# id: S09
# prio: P0
# what: opens the kernel's wide doors
# where: both
# expect: refused
# defence: our list of system calls
# tries: io_uring_setup; bpf; keyctl; add_key; perf_event_open; userfaultfd; clone3; setns; ptrace;
# tries: process_vm_readv; pidfd_getfd; open_by_handle_at; kexec_load; init_module; swapon; reboot; syslog;
# tries: iopl; personality; mount; umount2; pivot_root; fsopen; chroot; unshare a user namespace;
# tries: unshare a network namespace; unshare a mount namespace; clone a user namespace;
# tries: clone a process namespace; open AF_NETLINK; open AF_PACKET; open AF_VSOCK; open AF_ALG;
# tries: open a socket of any other family; a system call of a foreign architecture; a system call by the x32 table;
# tries: run without a filter of system calls
