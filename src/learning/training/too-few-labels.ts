/** Labels do not suffice to learn from: says what is missing. */
export class TooFewLabelsError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'TooFewLabelsError'
  }
}
