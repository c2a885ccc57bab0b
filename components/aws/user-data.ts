import { shellQuote } from "../../engine/shell-quoting.ts";

/** A machine's own key, by which ssh knows it. */
export interface HostKeyPair {
  /** PEM. */
  privateKey: string;
  /** As in ssh_host_ecdsa_key.pub. */
  publicKey: string;
}

/** What a machine has to know to become a host. */
export interface FirstBoot {
  hostname: string;
  user: string;
  publicKeys: readonly string[];
  hostKey: HostKeyPair;
  engineVersion: string;
  engineRepository: string;
  /** Volumes by where they are to be mounted. */
  volumes: Readonly<Record<string, string>>;
  /** Stands in the text, so that another one makes another machine. */
  generation: string;
}

const SETUP = "/usr/local/sbin/pulumi-swarm-setup";

/**
 * For a store's many connections, and for packets of 9001 bytes that leave the VPC: where a router drops one that is too
 * large without a word, TCP finds out by itself.
 */
const SYSCTLS = `net.core.somaxconn = 4096
net.ipv4.tcp_mtu_probing = 1
vm.swappiness = 1
`;

/** What cloud-init reads at the first boot. JSON is YAML, and needs no escaping of its own. */
export function userData(boot: FirstBoot): string {
  const { hostname, publicKeys, hostKey, generation } = boot;
  const config = {
    hostname,
    preserve_hostname: false,
    manage_etc_hosts: true,
    ssh_authorized_keys: publicKeys,
    ssh_keys: { ecdsa_private: hostKey.privateKey, ecdsa_public: hostKey.publicKey },
    // Others that came with the image would be offered to clients, which could not know them; none are made.
    ssh_deletekeys: true,
    write_files: [
      { path: "/etc/sysctl.d/90-pulumi-swarm.conf", content: SYSCTLS },
      { path: SETUP, permissions: "0700", content: setupScript(boot) },
    ],
    runcmd: [[SETUP]],
  };
  return `#cloud-config\n# generation ${generation}\n${JSON.stringify(config, null, 1)}\n`;
}

/** The path by which a machine finds a volume, whatever order it sees them in. */
export function volumeDevice(volumeId: string): string {
  return `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
}

/** Makes a machine a Docker host with its drives mounted. May run again: what is there is left as it is. */
function setupScript({ user, engineVersion, engineRepository, volumes }: FirstBoot): string {
  const mounts = Object.entries(volumes).map(
    ([folder, id]) => `mount_volume ${shellQuote(volumeDevice(id))} ${shellQuote(folder)}`,
  );
  const version = shellQuote(`5:${engineVersion}-*`);
  return `#!/bin/sh
# Makes this machine a Docker host with its drives mounted, at its first boot.
set -eu
export DEBIAN_FRONTEND=noninteractive

# A machine is there before its address is.
retry() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || return 1
    sleep 5
  done
}

# A volume is attached while the machine starts. Only a blank one gets a file system: data is never formatted.
mount_volume() {
  waited=0
  until [ -b "$1" ]; do
    [ "$waited" -lt 300 ] || { echo "volume $1 was not attached in 10 minutes" >&2; return 1; }
    waited=$((waited + 1))
    sleep 2
  done
  found=0
  blkid -p "$1" >/dev/null || found=$?
  case "$found" in
    0) ;;
    2) mkfs.xfs -q "$1" ;;
    *) echo "volume $1: what is on it cannot be told: it is left as it is" >&2; return 1 ;;
  esac
  mkdir -p "$2"
  grep -q "^$1 " /etc/fstab || echo "$1 $2 xfs defaults,noatime,nofail 0 2" >>/etc/fstab
  systemctl daemon-reload
  mountpoint -q "$2" || mount "$2"
}

sysctl -q --system
retry apt-get -o DPkg::Lock::Timeout=300 update
apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends ca-certificates curl xfsprogs
. /etc/os-release
install -m 0755 -d /etc/apt/keyrings
repository=${shellQuote(engineRepository)}/$ID
retry curl -fsSL "$repository/gpg" -o /etc/apt/keyrings/docker.asc
echo "deb [signed-by=/etc/apt/keyrings/docker.asc] $repository $VERSION_CODENAME stable" >/etc/apt/sources.list.d/docker.list
retry apt-get -o DPkg::Lock::Timeout=300 update
apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \\
  docker-ce=${version} docker-ce-cli=${version} containerd.io iptables apparmor
apt-mark hold docker-ce docker-ce-cli >/dev/null
usermod -aG docker ${shellQuote(user)}
${mounts.join("\n")}
`;
}
