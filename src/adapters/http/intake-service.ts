/** What became of one submitted event. */
export interface SubmitResult {
  readonly status: 'accepted' | 'duplicate' | 'late' | 'dead_lettered'
  /** Why it is a dead letter: a stable code. */
  readonly code?: string
  /** The same in words. Never holds a value that could be a card number. */
  readonly detail?: string
}

/** Too much was under way to take the events; none of them was taken. */
export class IntakeSaturatedError extends Error {
  constructor() {
    super('too much is under way; send the same events again later')
    this.name = 'IntakeSaturatedError'
  }
}

/** Where events that come over HTTP go. */
export interface IntakeService {
  /**
   * Takes events of one stream, each as the bytes that were sent. All are durable and processed when it
   * resolves; results are in order. Rejects with IntakeSaturatedError. The bytes are views of one request body: copy what is to be kept.
   */
  submit(stream: string, inputs: readonly Uint8Array[]): Promise<readonly SubmitResult[]>
  /** Too much is under way to take more now. */
  readonly saturated: boolean
}
