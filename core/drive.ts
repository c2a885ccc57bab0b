/**
 * The location of a MinIO drive on its host: a Docker volume (the default), or a folder on a mounted disk. MinIO only uses
 * a subfolder of a disk: without the mount the subfolder does not exist, so the task fails instead of filling the root
 * disk.
 *
 * @example { }                       // a Docker volume
 * @example { path: "/mnt/disk1" }    // the folder `minio` of the disk mounted at /mnt/disk1
 */
export interface Drive {
  /**
   * Mount point of the disk on the host, absolute.
   * @default - the drive is a Docker volume
   */
  readonly path?: string;
  /**
   * MinIO's folder below `path`; created if it does not exist and the disk is mounted.
   * @default "minio"
   */
  readonly subfolder?: string;
}
