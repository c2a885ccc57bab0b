/** While this file exists, the host runs without an engine. */
export const NO_ENGINE = "/run/no-engine";

/** The path of Docker Engine's init script in distributions. */
const INIT_SCRIPT = "/etc/init.d/docker";

/**
 * The init script of a host's engine, as run by `service docker …`. The host's first process restarts an engine that has
 * ended, so the script only sets whether it should run.
 */
export const START_SCRIPT = `#!/bin/sh
stop() {
  touch ${NO_ENGINE}
  pid=$(cat /run/docker.pid 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
}
case "$1" in
start) rm -f ${NO_ENGINE} ;;
stop) stop ;;
restart) stop; rm -f ${NO_ENGINE} ;;
*) echo "usage: service docker start|stop|restart" >&2; exit 2 ;;
esac
`;

/** Returns commands that mount that script, from a file, over the one of the engine's package. */
export function coverStartScript(file: string): string[] {
  return [`mkdir -p /etc/init.d; [ -e ${INIT_SCRIPT} ] || : >${INIT_SCRIPT}`, `mount --bind ${file} ${INIT_SCRIPT}`];
}

/** A command that restores the package's script, for the package manager. */
export const UNCOVER_START_SCRIPT = `umount ${INIT_SCRIPT}`;
