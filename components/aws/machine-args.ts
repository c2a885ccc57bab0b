import type * as pulumi from "@pulumi/pulumi";

/** A data volume: EBS gp3, encrypted, mounted at `/mnt/<key>`. */
export interface AwsVolumeArgs {
  /**
   * Size in GiB. A volume can grow but not shrink.
   * @default 100
   */
  sizeGiB?: pulumi.Input<number>;
  /**
   * I/O operations per second.
   * @default 3000
   */
  iops?: pulumi.Input<number>;
  /**
   * Throughput in MiB/s.
   * @default 125
   */
  throughput?: pulumi.Input<number>;
}

/** Properties of a machine; `defaults` sets them for all machines. */
export interface AwsMachineDefaults {
  /**
   * Instance type with at least 2 GiB of memory. Changing it stops the machine and starts it with the new type.
   * @default "m7i-flex.large"
   */
  type?: pulumi.Input<string>;
  /**
   * Size of the root volume in GiB. It holds no data and is deleted with the machine.
   * @default 20
   */
  rootSizeGiB?: pulumi.Input<number>;
  /**
   * Data volumes by key: the host's drives for MinIO. They outlive the machine. A machine only mounts the volumes it was
   * created with: to add one, change its `generation` as well.
   *
   * @default { d1: {} }
   */
  volumes?: Record<string, AwsVolumeArgs>;
  /**
   * Labels of the machine's Swarm node.
   * @default - none
   */
  labels?: Record<string, string>;
}

/** One EC2 instance. */
export interface AwsMachineArgs extends AwsMachineDefaults {
  /**
   * Availability zone, also the host's failure domain. Immutable: volumes cannot move between zones.
   * @example "eu-central-1a"
   */
  zone: string;
  /**
   * Any new value replaces the machine, using the latest image and setup; its data volumes stay. Neither a newer image
   * nor a newer release of this package replaces a machine by itself.
   *
   * @default "1"
   */
  generation?: string;
}
