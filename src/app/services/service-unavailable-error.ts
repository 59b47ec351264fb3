/** A program or a service that is needed cannot be had here; the message says how to get it. */
export class ServiceUnavailableError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ServiceUnavailableError'
  }
}
