import type { ProbeTask } from "./plan.ts";

/** Seconds after which a probing ends; it ends at once when all has come through. */
export const PROBE_SECONDS = 6;

/**
 * A shell script that does a host's part in a probing and prints a `ProbeReport`. Nothing of it stays: sockets are all
 * it makes, and an alarm ends it even when nobody waits for it any more.
 *
 * What is sent over UDP and ESP is heard on raw sockets, which get what the firewall lets in whoever has the port; they
 * take root, without which the ports themselves are listened on. The hosts do not begin at the same moment, so each
 * goes on sending until it has heard its peers, and a few times more for them to hear it.
 */
export function probeScript(part: ProbeTask): string {
  // JSON in a JSON string is a literal of Python as well.
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

/** Python from 3.6 on, with nothing but its own library. */
const PROGRAM = `
import os, select, signal, socket, struct, threading, time

ESP, HEADER = 50, 20
DISCOVER, PROBE = 10, 3  # IP_MTU_DISCOVER, IP_PMTUDISC_PROBE: never in pieces, however narrow the path is said to be
signal.alarm(LIMIT + 4)
began, end = time.time(), time.monotonic() + LIMIT
peers, heard, reached, failed = part["peers"], {}, {}, {}
lock = threading.Lock()

def note(where, peer, what):
    with lock:
        where.setdefault(peer, set()).add(what)

def message(what):
    return "{} {} {}\\n".format(part["nonce"], part["self"], what).encode()

def hear(data):
    at = data.find(part["nonce"].encode())
    fields = data[at:].split(b"\\n")[0].decode("ascii", "replace").split(" ") if at >= 0 else []
    if len(fields) == 3 and fields[1] in peers:
        note(heard, fields[1], fields[2])

def opened(labels, make):
    try:
        return [make()]
    except OSError as error:
        failed.update((label, error.strerror or str(error)) for label in labels)
        return []

def bound(kind, port):
    s = socket.socket(socket.AF_INET, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", port))
    if kind == socket.SOCK_STREAM:
        s.listen(64)
    return s

def raw(protocol):
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)

root = os.geteuid() == 0
doors, ears = [], []
for port in part["tcp"]:
    doors += opened(["{}/tcp".format(port)], lambda: bound(socket.SOCK_STREAM, port))
if root and part["udp"]:
    ears += opened(["{}/udp".format(port) for port in part["udp"]], lambda: raw(socket.IPPROTO_UDP))
for port in [] if root else part["udp"]:
    ears += opened(["{}/udp".format(port)], lambda: bound(socket.SOCK_DGRAM, port))
if part["esp"]:
    ears += opened(["esp"], lambda: raw(ESP))

udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
whole = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
whole.setsockopt(socket.IPPROTO_IP, DISCOVER, PROBE)
esp = raw(ESP) if root else None

def send(peer, what):
    host = peers[peer]["address"]
    try:
        if what == "mtu":
            whole.sendto(message(what).ljust(part["packetBytes"] - HEADER - 8, b"."), (host, 7946))
        elif what == "esp":
            # An index that no real connection has, and a sequence number: what every packet of ESP begins with.
            esp.sendto(struct.pack("!II", 0xFFFFFF00, 1) + message(what), (host, 0))
        elif what.endswith("/udp"):
            udp.sendto(message(what), (host, int(what.split("/")[0])))
    except OSError:
        pass  # what is not sent is not heard

def connect(peer, what):
    while time.monotonic() < end:
        try:
            with socket.create_connection((peers[peer]["address"], int(what.split("/")[0])), 2) as s:
                if peers[peer]["greet"]:
                    s.sendall(message(what))
            return note(reached, peer, what)
        except OSError:
            time.sleep(0.2)

for peer in peers:
    for what in peers[peer]["checks"]:
        if what.endswith("/tcp"):
            threading.Thread(target=connect, args=(peer, what), daemon=True).start()

def done():
    with lock:
        return all(
            set(p["expects"]) - set(failed) <= heard.get(peer, set())
            and {t for t in p["checks"] if t.endswith("/tcp")} <= reached.get(peer, set())
            for peer, p in peers.items()
        )

guests, more, next_round = [], 3, 0
while time.monotonic() < end and more > 0:
    if time.monotonic() >= next_round:
        next_round = time.monotonic() + 0.2
        for peer in peers:
            for what in peers[peer]["checks"]:
                send(peer, what)
        more = more - 1 if done() else 3
    for s in select.select(doors + ears + guests, [], [], 0.05)[0]:
        try:
            if s in doors:
                guests.append(s.accept()[0])
                continue
            hear(s.recv(65535))
        except OSError:
            pass
        if s in guests:
            guests.remove(s)
            s.close()

with lock:
    report = {
        "received": {peer: sorted(what) for peer, what in heard.items()},
        "connected": {peer: sorted(what) for peer, what in reached.items()},
        "failed": failed,
        "done": more == 0,
        "startedAt": began * 1000,
        "endedAt": time.time() * 1000,
    }
print(json.dumps(report))
`;
