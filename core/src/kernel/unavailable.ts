/**
 * Thrown by an adapter when something that it needs is away or overloaded: nothing is wrong with the request, and
 * the same call may succeed later. What was being committed may or may not have been.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  /** What is away, e.g. `database`. */
  readonly resource: string;

  constructor(resource: string, options?: ErrorOptions) {
    super(`${resource} is unavailable`, options);
    this.resource = resource;
  }
}
