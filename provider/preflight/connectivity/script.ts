import type { ProbeTask } from "./plan.ts";

/** Time limit of the script, in seconds. It ends as soon as everything has arrived. */
export const PROBE_SECONDS = 6;

/**
 * Returns a shell script that runs a host's probing task and prints a `ProbeReport`. It only opens sockets, and an alarm
 * ends it even if the connection is lost.
 *
 * As root, it receives UDP and ESP on raw sockets, which get all packets that the firewall accepts even if another
 * program uses the port. Without root it listens on the ports. Hosts do not start at the same time, so each keeps
 * sending until it has received everything, and a few times more for its peers.
 */
export function probeScript(part: ProbeTask): string {
  // A JSON string is also a valid Python string literal.
  return `
if [ "$(id -u)" != 0 ] && id -nG | grep -qwE 'sudo|wheel' && sudo -n true 2>/dev/null; then as='sudo -n'; else as=; fi
exec $as python3 - <<'PROBE'
import json
part = json.loads(${JSON.stringify(JSON.stringify(part))})
LIMIT = ${PROBE_SECONDS}
${PROGRAM}
PROBE
`;
}

/** For Python 3.6 and later, standard library only. */
const PROGRAM = `
import os, select, signal, socket, struct, threading, time

ESP = 50
# All hosts have addresses of one family.
FAMILY = socket.AF_INET6 if any(":" in p["dataAddress"] for p in part["peers"].values()) else socket.AF_INET
HEADER = 40 if FAMILY == socket.AF_INET6 else 20
# IP(V6)_MTU_DISCOVER, IP(V6)_PMTUDISC_PROBE: never fragment, whatever path MTU the kernel has cached
LEVEL, DISCOVER, PROBE = (socket.IPPROTO_IPV6, 23, 3) if FAMILY == socket.AF_INET6 else (socket.IPPROTO_IP, 10, 3)
signal.alarm(LIMIT + 4)
began, end = time.time(), time.monotonic() + LIMIT
peers, received, connected, sources, failed = part["peers"], {}, {}, {}, {}
lock = threading.Lock()

def note(where, peer, what):
    with lock:
        where.setdefault(peer, set()).add(what)

def message(what):
    return "{} {} {}\\n".format(part["nonce"], part["self"], what).encode()

DATA_PATH = "{}/udp".format(part["dataPathPort"])

def binary(address):
    return socket.inet_pton(FAMILY, address)

def receive(data, source):
    at = data.find(part["nonce"].encode())
    fields = data[at:].split(b"\\n")[0].decode("ascii", "replace").split(" ") if at >= 0 else []
    if len(fields) == 3 and fields[1] in peers:
        note(received, fields[1], fields[2])
        if fields[2] == DATA_PATH and binary(source[0]) != binary(peers[fields[1]]["dataAddress"]):
            sources[fields[1]] = source[0]

def try_open(labels, make):
    try:
        return [make()]
    except OSError as error:
        failed.update((label, error.strerror or str(error)) for label in labels)
        return []

def bound(kind, port):
    s = socket.socket(FAMILY, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", port))
    if kind == socket.SOCK_STREAM:
        s.listen(64)
    return s

def raw(protocol):
    return socket.socket(FAMILY, socket.SOCK_RAW, protocol)

root = os.geteuid() == 0
listeners, receivers = [], []
for port in part["tcp"]:
    listeners += try_open(["{}/tcp".format(port)], lambda: bound(socket.SOCK_STREAM, port))
if root and part["udp"]:
    receivers += try_open(["{}/udp".format(port) for port in part["udp"]], lambda: raw(socket.IPPROTO_UDP))
for port in [] if root else part["udp"]:
    receivers += try_open(["{}/udp".format(port)], lambda: bound(socket.SOCK_DGRAM, port))
if part["esp"]:
    receivers += try_open(["esp"], lambda: raw(ESP))

udp = socket.socket(FAMILY, socket.SOCK_DGRAM)
unfragmented = socket.socket(FAMILY, socket.SOCK_DGRAM)
unfragmented.setsockopt(LEVEL, DISCOVER, PROBE)
esp = raw(ESP) if root else None

def send(peer, what):
    own = what in (DATA_PATH, "esp", "mtu")
    host = peers[peer]["dataAddress" if own else "address"]
    try:
        if what == "mtu":
            unfragmented.sendto(message(what).ljust(part["packetBytes"] - HEADER - 8, b"."), (host, 7946))
        elif what == "esp":
            # The header of an ESP packet: an SPI that no real connection uses, and a sequence number.
            esp.sendto(struct.pack("!II", 0xFFFFFF00, 1) + message(what), (host, 0))
        elif what.endswith("/udp"):
            udp.sendto(message(what), (host, int(what.split("/")[0])))
    except OSError:
        pass  # not sent, so not received

def connect(peer, what):
    while time.monotonic() < end:
        try:
            with socket.create_connection((peers[peer]["address"], int(what.split("/")[0])), 2) as s:
                if peers[peer]["greet"]:
                    s.sendall(message(what))
            return note(connected, peer, what)
        except OSError:
            time.sleep(0.2)

for peer in peers:
    for what in peers[peer]["checks"]:
        if what.endswith("/tcp"):
            threading.Thread(target=connect, args=(peer, what), daemon=True).start()

def done():
    with lock:
        return all(
            set(p["expects"]) - set(failed) <= received.get(peer, set())
            and {t for t in p["checks"] if t.endswith("/tcp")} <= connected.get(peer, set())
            for peer, p in peers.items()
        )

clients, remaining, next_round = [], 3, 0
while time.monotonic() < end and remaining > 0:
    if time.monotonic() >= next_round:
        next_round = time.monotonic() + 0.2
        for peer in peers:
            for what in peers[peer]["checks"]:
                send(peer, what)
        remaining = remaining - 1 if done() else 3
    for s in select.select(listeners + receivers + clients, [], [], 0.05)[0]:
        try:
            if s in listeners:
                clients.append(s.accept()[0])
                continue
            receive(*s.recvfrom(65535))
        except OSError:
            pass
        if s in clients:
            clients.remove(s)
            s.close()

with lock:
    report = {
        "received": {peer: sorted(what) for peer, what in received.items()},
        "connected": {peer: sorted(what) for peer, what in connected.items()},
        "sources": sources,
        "failed": failed,
        "done": remaining == 0,
        "startedAt": began * 1000,
        "endedAt": time.time() * 1000,
    }
print(json.dumps(report))
`;
