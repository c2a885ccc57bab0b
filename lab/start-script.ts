/** While this file is there, the machine runs without an engine. */
export const NO_ENGINE = "/run/no-engine";

/** Where distributions have the start script of Docker Engine. */
const INIT_SCRIPT = "/etc/init.d/docker";

/**
 * A machine's start script of its engine, as `service docker …` runs it. The machine's first process starts an engine
 * that has ended, so that all there is to say is whether there shall be one.
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

/** Commands that put that script, from a file, over the one that the engine's package has brought. */
export function coverStartScript(file: string): string[] {
  return [`mkdir -p /etc/init.d; [ -e ${INIT_SCRIPT} ] || : >${INIT_SCRIPT}`, `mount --bind ${file} ${INIT_SCRIPT}`];
}

/** A command that has the package's own one back, for a package manager to work with. */
export const UNCOVER_START_SCRIPT = `umount ${INIT_SCRIPT}`;
