/** Ends this process when its parent, Pulumi, has ended: after a kill, nothing would record this process's work. */
export function exitWithPulumi(): void {
  const pulumi = process.ppid;
  setInterval(() => {
    if (process.ppid !== pulumi) process.exit(1);
  }, 1_000).unref();
  // If a shell is in between, the output has no reader. Printing that error would fail again, in an endless loop.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(1);
      throw error;
    });
  }
}
