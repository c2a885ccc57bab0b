/** Ends this process when the Pulumi that started it is gone: a killed one leaves it behind, with nothing to record its work. */
export function exitWithPulumi(): void {
  const pulumi = process.ppid;
  setInterval(() => {
    if (process.ppid !== pulumi) process.exit(1);
  }, 1_000).unref();
  // Where a shell is in between, nobody reads the output. The error would be printed, and fail again, for ever.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(1);
      throw error;
    });
  }
}
