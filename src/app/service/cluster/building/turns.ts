/** One task after the other, for each partition. */
export class Turns {
  private readonly last = new Map<number, Promise<unknown>>()

  run<T>(partition: number, task: () => Promise<T>): Promise<T> {
    const before = this.last.get(partition) ?? Promise.resolve()
    const result = before.then(task)
    this.last.set(
      partition,
      result.catch(() => undefined),
    )
    return result
  }
}
