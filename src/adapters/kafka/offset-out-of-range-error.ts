/** What should be read is not on the log: it was dropped, or the topic is another one. Never skipped over silently. */
export class OffsetOutOfRangeError extends Error {
  constructor(offset: number, topic: string, partition: number, first: number, end: number) {
    super(
      `offset ${offset} is not on ${topic} partition ${partition}, which holds ${first} to ${end}; the state belongs to another log, or what it needs is gone: bring that topic back, or begin with an empty state under another namespace`,
    )
    this.name = 'OffsetOutOfRangeError'
  }
}
