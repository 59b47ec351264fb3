/** A change that is not allowed: says why, and what is. */
export class RegistryRefusalError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RegistryRefusalError'
  }
}
