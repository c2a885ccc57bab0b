const queues = new Map<string, Promise<unknown>>();

/** Runs tasks of the same key one after another, in the order of the calls. Pulumi deletes resources concurrently. */
export function runExclusive<T>(key: string, task: () => Promise<T>): Promise<T> {
  const previous = queues.get(key) ?? Promise.resolve();
  const result = previous.then(task, task);
  queues.set(key, result);
  return result;
}
