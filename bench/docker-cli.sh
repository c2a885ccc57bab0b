#!/bin/sh
# The steps of `npm run up` with the docker CLI, for comparison. For an engine that is in no Swarm.
#   IMAGE=… sh bench/docker-cli.sh up      ends once the cluster is healthy
#   sh bench/docker-cli.sh down            removes everything that `up` created, with the data
set -eu

NAME=pulumi-swarm-bench
PORT=${PORT:-9000}
CONSOLE_PORT=${CONSOLE_PORT:-9001}

random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

up() {
  docker swarm init --listen-addr 127.0.0.1 --advertise-addr 127.0.0.1 >/dev/null
  # `down` identifies the Swarm by this network. If creating it fails, leave the Swarm at once.
  trap 'docker swarm leave --force >/dev/null' EXIT
  docker network create --driver overlay --attachable --opt encrypted --label "$NAME" "$NAME" >/dev/null
  trap - EXIT
  random | docker secret create --label "$NAME" "$NAME-user" - >/dev/null
  random | docker secret create --label "$NAME" "$NAME-password" - >/dev/null
  docker service create --quiet --detach --no-resolve-image --name "$NAME" --label "$NAME" --mode global \
    --network "$NAME" --endpoint-mode dnsrr --hostname "$NAME-{{.Node.Hostname}}" \
    --publish "mode=host,target=9000,published=$PORT" \
    --publish "mode=host,target=9001,published=$CONSOLE_PORT" \
    --secret "$NAME-user" --secret "$NAME-password" \
    --env "MINIO_ROOT_USER_FILE=/run/secrets/$NAME-user" \
    --env "MINIO_ROOT_PASSWORD_FILE=/run/secrets/$NAME-password" \
    $(for drive in 1 2 3 4; do
      echo "--mount type=volume,source=$NAME-d$drive,target=/drives/d$drive,volume-label=$NAME"
    done) \
    "$IMAGE" server --address :9000 --console-address :9001 '/drives/d{1...4}' >/dev/null
  tries=0
  until [ "$(status)" = 200 ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ]; then
      echo "the store is not healthy after two minutes" >&2
      docker service ps --no-trunc "$NAME" >&2
      exit 1
    fi
    sleep 0.2
  done
}

status() { curl --silent --output /dev/null --write-out '%{http_code}' "http://127.0.0.1:$PORT/minio/health/cluster" || true; }

# Only leaves a Swarm that `up` created: one with its network.
down() {
  docker network inspect "$NAME" >/dev/null 2>&1 || return 0
  docker service rm "$NAME" >/dev/null 2>&1 || true
  docker swarm leave --force >/dev/null
  # The container is removed shortly after its task.
  for _ in $(seq 100); do
    [ -z "$(docker ps --all --quiet --filter "label=com.docker.swarm.service.name=$NAME")" ] && break
    sleep 0.2
  done
  docker volume ls --quiet --filter "label=$NAME" | xargs -r docker volume rm >/dev/null
}

case "${1:-}" in
  up) up ;;
  down) down ;;
  *) echo "usage: IMAGE=… $0 up | $0 down" >&2; exit 2 ;;
esac
