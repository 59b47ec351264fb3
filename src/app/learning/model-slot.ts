import type {Model} from '../../engine/port/model.js'

/**
 * A place for one model, to be replaced while it is at work: what was begun with one is ended with it, and an old one is freed when
 * its last work is done.
 */
export class ModelSlot {
  private model: Model | undefined
  private trouble: string | undefined
  private readonly atWork = new Map<Model, number>()

  constructor(
    /** Work that is not done by then (ms) is given up. Undefined: it is waited for, as a replay does. */
    private readonly within: number | undefined,
    /** Hears why the model did not do its work, when it begins and when it changes. */
    private readonly onTrouble: ((reason: string) => void) | undefined,
  ) {}

  get current(): Model | undefined {
    return this.model
  }

  /** Puts another model in its place, or none. */
  swap(model: Model | undefined): void {
    const former = this.model
    this.model = model
    this.trouble = undefined
    if (former !== undefined && former !== model && !this.atWork.has(former)) former.dispose()
  }

  /** What the model makes of the work; undefined if there is no model, or it failed, or was too slow. Never rejects. */
  async use<T>(work: (model: Model) => Promise<T>): Promise<T | undefined> {
    const {model} = this
    if (model === undefined) return undefined
    this.atWork.set(model, (this.atWork.get(model) ?? 0) + 1)
    const working = work(model).finally(() => this.workIsDone(model))
    try {
      return await this.inTime(working)
    } catch (error) {
      this.report(`model ${model.id} version ${model.version}: ${(error as Error).message}`)
      return undefined
    }
  }

  report(reason: string): void {
    if (this.trouble === reason) return
    this.trouble = reason
    this.onTrouble?.(reason)
  }

  private async inTime<T>(working: Promise<T>): Promise<T> {
    const {within} = this
    if (within === undefined) return working
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it did not answer within ${within} ms`)), within)
    })
    // What comes too late is not waited for, and its failure not heard.
    working.catch(() => undefined)
    try {
      return await Promise.race([working, tooLate])
    } finally {
      clearTimeout(timer)
    }
  }

  private workIsDone(model: Model): void {
    const left = (this.atWork.get(model) ?? 1) - 1
    if (left > 0) {
      this.atWork.set(model, left)
      return
    }
    this.atWork.delete(model)
    if (model !== this.model) model.dispose()
  }
}
