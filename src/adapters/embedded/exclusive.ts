/** Runs one task at a time, in the order asked. A task that fails does not keep the next from running. */
export class Exclusive {
  private last: Promise<unknown> = Promise.resolve()

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task)
    this.last = result.catch(() => undefined)
    return result
  }
}
