import { shellQuote } from "../../engine/shell-quoting.ts";

/** A machine's ssh host key. */
export interface HostKeyPair {
  /** Private key, PEM. */
  privateKey: string;
  /** Public key in the format of ssh_host_ecdsa_key.pub. */
  publicKey: string;
}

/** Settings of a machine's first boot. */
export interface FirstBoot {
  hostname: string;
  user: string;
  publicKeys: readonly string[];
  hostKey: HostKeyPair;
  engineVersion: string;
  engineRepository: string;
  /** Volume ids by mount point. */
  volumes: Readonly<Record<string, string>>;
  /** Part of the user data, so that changing it replaces the machine. */
  generation: string;
}

const SETUP = "/usr/local/sbin/pulumi-swarm-setup";

/**
 * Kernel settings for a store's many connections. MTU probing is for routers outside the VPC, which may silently drop
 * packets of 9001 bytes.
 */
const SYSCTLS = `net.core.somaxconn = 4096
net.ipv4.tcp_mtu_probing = 1
vm.swappiness = 1
`;

/** Returns the user data for cloud-init. JSON is valid YAML and needs no extra escaping. */
export function userData(boot: FirstBoot): string {
  const { hostname, publicKeys, hostKey, generation } = boot;
  const config = {
    hostname,
    preserve_hostname: false,
    manage_etc_hosts: true,
    ssh_authorized_keys: publicKeys,
    ssh_keys: { ecdsa_private: hostKey.privateKey, ecdsa_public: hostKey.publicKey },
    // Deletes the image's host keys, which sshd would offer although clients do not know them. No others are generated.
    ssh_deletekeys: true,
    write_files: [
      { path: "/etc/sysctl.d/90-pulumi-swarm.conf", content: SYSCTLS },
      { path: SETUP, permissions: "0700", content: setupScript(boot) },
    ],
    runcmd: [[SETUP]],
  };
  return `#cloud-config\n# generation ${generation}\n${JSON.stringify(config, null, 1)}\n`;
}

/** Returns the path of a volume's device, which does not depend on the order of attachment. */
export function volumeDevice(volumeId: string): string {
  return `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
}

/** Returns the script that installs Docker and mounts the volumes. It is idempotent. */
function setupScript({ user, engineVersion, engineRepository, volumes }: FirstBoot): string {
  const mounts = Object.entries(volumes).map(
    ([folder, id]) => `mount_volume ${shellQuote(volumeDevice(id))} ${shellQuote(folder)}`,
  );
  const version = shellQuote(`5:${engineVersion}-*`);
  return `#!/bin/sh
# Installs Docker and mounts the drives at the first boot.
set -eu
export DEBIAN_FRONTEND=noninteractive

# The machine may boot before its public address is attached.
retry() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || return 1
    sleep 5
  done
}

# Volumes are attached while the machine boots. Only blank ones get a file system: data is never formatted.
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
    *) echo "volume $1: its contents cannot be identified: it is not changed" >&2; return 1 ;;
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
