import { type Case, dockerContainer, dockerService, resource, statefulSet, swarmService } from "./resources.ts";

export const dataCases: Case[] = [
  ["a protected volume", [resource("docker:index/volume:Volume", {}, { isProtected: true })], undefined],
  ["a volume", [resource("docker:index/volume:Volume", {})], /protect: true/],
  ["an EBS volume", [resource("aws:ebs/volume:Volume", {})], /protect: true/],
  ["a persistent volume claim", [resource("kubernetes:core/v1:PersistentVolumeClaim", {})], /protect: true/],
  ["retained claims", [statefulSet({})], undefined],
  [
    "deleted claims",
    [statefulSet({}, { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" } })],
    /^persistentVolumeClaimRetentionPolicy\.whenDeleted deletes/,
  ],
  ["a named volume", [swarmService({ Mounts: [{ Type: "volume", Source: "data", Target: "/data" }] })], undefined],
  [
    "a volume without a name",
    [swarmService({ Mounts: [{ Type: "volume", Target: "/data" }] })],
    /the volume at \/data is anonymous/,
  ],
  ["a tmpfs", [swarmService({ Mounts: [{ Type: "tmpfs", Target: "/tmp" }] })], undefined],
  [
    "one of a docker.Service",
    [dockerService({ mounts: [{ type: "volume", target: "/d" }] })],
    /the volume at \/d is anonymous/,
  ],
  ["one of a docker.Container", [dockerContainer({ mounts: [{ type: "volume", target: "/d" }] })], /\/d is anonymous/],
];
