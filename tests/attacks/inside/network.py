# id: S07, S13
# prio: P0
# what: looks for a way out: interfaces, routes, names, the host's own ports and abstract sockets
# where: both
# expect: refused
# defence: a network namespace with nothing in it
# tries: have a network interface; have a route to the internet; have a route by IPv6;
# tries: connect to an address outside; connect to a metadata service; see sockets of others; open a raw socket
import socket


def attack(host):
    tries = [
        (socket.AF_INET, ("127.0.0.1", host["port"])),
        (socket.AF_INET, ("172.17.0.1", host["port"])),
        (socket.AF_INET6, ("::1", host["port"])),
        (socket.AF_INET6, ("fd00:ec2::254", 80)),
        (socket.AF_UNIX, "\0" + host["abstract"]),
        (socket.AF_UNIX, host["socket"]),
    ]
    for family, address in tries:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as client:
                client.settimeout(1)
                client.connect(address)
                return f"reached {address}"
        except OSError:
            continue
    found = socket.getaddrinfo("example.com", 80)
    return f"example.com is {found[0][4]}"
