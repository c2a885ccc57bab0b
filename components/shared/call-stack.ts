/**
 * Keeps the SDK from recording call stacks until the returned function is called. The SDK records the stack of every
 * constructor in the state and has no setting to turn this off. The stacks of a component library only name the
 * library's files, and would make up a third of a host's state. This empties the text of all stacks meanwhile, which
 * the SDK reads.
 */
export function hideCallStack(): () => void {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = String;
  return () => {
    Error.prepareStackTrace = prepareStackTrace;
  };
}
