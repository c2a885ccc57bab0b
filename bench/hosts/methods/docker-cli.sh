#!/bin/sh
# Deploys a store on several hosts, as `pulumi up` does, with the docker CLI over ssh, step by step.
#   HOSTS="198.51.100.1 …" NAMES="node1 …" SSH_FLAGS="-i …" IMAGE=… sh bench/hosts/methods/docker-cli.sh
# Ends once the cluster is healthy. HOSTS and NAMES have the same order; the first host creates the Swarm.
set -eu

NAME=pulumi-swarm-bench
MANAGERS=3

# shellcheck disable=SC2086 # SSH_FLAGS are words
on() { host=$1 && shift && ssh $SSH_FLAGS "root@$host" "$@"; }
random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

set -- $HOSTS
first=$1
shift
on "$first" docker swarm init --advertise-addr "$first" >/dev/null
manager=$(on "$first" docker swarm join-token --quiet manager)
worker=$(on "$first" docker swarm join-token --quiet worker)
number=1
for host in "$@"; do
  number=$((number + 1))
  token=$worker
  [ "$number" -le "$MANAGERS" ] && token=$manager
  on "$host" docker swarm join --token "$token" --advertise-addr "$host" "$first:2377" >/dev/null
done

on "$first" docker network create --driver overlay --attachable "$NAME" >/dev/null
random | on "$first" docker secret create "$NAME-user" - >/dev/null
random | on "$first" docker secret create "$NAME-password" - >/dev/null
endpoints=$(for name in $NAMES; do echo "http://$NAME-$name:9000/drives/d1"; done)
on "$first" docker service create --quiet --detach --no-resolve-image --name "$NAME" --mode global \
  --network "$NAME" --endpoint-mode dnsrr --hostname "$NAME-{{.Node.Hostname}}" \
  --publish mode=host,target=9000,published=9000 \
  --secret "$NAME-user" --secret "$NAME-password" \
  --env "MINIO_ROOT_USER_FILE=/run/secrets/$NAME-user" \
  --env "MINIO_ROOT_PASSWORD_FILE=/run/secrets/$NAME-password" \
  --mount "type=volume,source=$NAME-d1,target=/drives/d1" \
  "$IMAGE" server --address :9000 $endpoints >/dev/null

tries=0
until [ "$(curl --silent --output /dev/null --write-out '%{http_code}' "http://$first:9000/minio/health/cluster")" = 200 ]; do
  tries=$((tries + 1))
  [ "$tries" -le 600 ] || { echo "the store is not healthy after two minutes" >&2; exit 1; }
  sleep 0.2
done
