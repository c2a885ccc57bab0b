import { escapeControlCharacters } from "../../core/escape-control-characters.ts";

/** An error for the user. It has no stack trace: Pulumi would print it, and it would hide the message. */
export class ResourceError extends Error {
  constructor(text: string) {
    const message = escapeControlCharacters(text);
    super(message);
    this.name = "ResourceError";
    this.stack = message;
  }
}

/** A resource was created but does not work yet. Pulumi records it, so that the next `up` resumes from there. */
export class ResourceInitError extends ResourceError {
  readonly id: string;
  readonly properties: object;
  readonly reasons: string[];
  constructor(id: string, properties: object, message: string, cause?: unknown) {
    super(message);
    this.name = "ResourceInitError";
    this.cause = cause;
    this.id = id;
    this.properties = properties;
    this.reasons = [this.message];
  }
}

/** No manager of a Swarm could be reached. */
export class NoManagerError extends ResourceError {
  /** Whether a manager may answer later. */
  readonly isTransient: boolean;
  constructor(message: string, isTransient: boolean) {
    super(message);
    this.name = "NoManagerError";
    this.isTransient = isTransient;
  }
}
