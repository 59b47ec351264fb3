import {folderState} from '../../adapters/files/folder-state.js'

/** So often the folders are looked at: by polling, which sees every kind of change on every kind of file system. */
const POLL_MS = 1_000

/**
 * Says when the files of some folders have changed, once they have been the same for one look: an editor that saves
 * several files, or a mount that is exchanged, is through by then.
 */
export class FolderWatch {
  private readonly ended: Promise<void>
  private stopped = false
  private wake: () => void = () => undefined

  /** `known`: the state that needs no telling. `onChange` is not called again before it is through. */
  constructor(
    private readonly folders: readonly string[],
    private known: string,
    private readonly onChange: () => Promise<void>,
  ) {
    this.ended = this.watch()
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.stopped = true
    this.wake()
    await this.ended
  }

  private async watch(): Promise<void> {
    let last = this.known
    while (!this.stopped) {
      await this.pause()
      if (this.stopped) return
      const state = await folderState(this.folders)
      if (state !== this.known && state === last) {
        this.known = state
        await this.onChange()
      }
      last = state
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
