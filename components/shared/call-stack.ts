/**
 * Keeps the SDK from recording call stacks until the returned function is called. It records the stack of every
 * constructor in the state and has no setting for that. In a component library the stacks only name the library's files,
 * and they would be a third of a host's state. The SDK reads the text of a stack, so that text is empty meanwhile.
 */
export function hideCallStack(): () => void {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = String;
  return () => {
    Error.prepareStackTrace = prepareStackTrace;
  };
}
