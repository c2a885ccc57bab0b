/**
 * Where a MinIO drive lives on its host: a Docker volume (the default), or a folder of a disk that is mounted there.
 * Of a mounted disk only a subfolder is used: while the disk is not mounted the subfolder is missing, and the task
 * fails instead of filling the root disk.
 *
 * @example { }                       // a Docker volume
 * @example { path: "/mnt/disk1" }    // the folder `minio` of the disk mounted at /mnt/disk1
 */
export interface Drive {
  /**
   * Mount point of the disk on the host, absolute.
   * @default - a Docker volume holds the drive
   */
  readonly path?: string;
  /**
   * Folder below `path` that belongs to MinIO; made when it is missing and the disk is mounted.
   * @default "minio"
   */
  readonly subfolder?: string;
}
