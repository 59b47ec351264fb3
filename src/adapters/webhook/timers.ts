/** Runs things later. */
export interface Timers {
  /** Runs `task` once after `ms`, unless the returned function is called before. */
  after(ms: number, task: () => void): () => void
}

/** Longer waits than this (24.8 days) the platform takes for none. */
const LONGEST_MS = 2 ** 31 - 1

/** The platform's timers. They do not keep the process running. */
export const SYSTEM_TIMERS: Timers = {
  after: (ms, task) => {
    const timer = setTimeout(task, Math.min(Math.max(0, ms), LONGEST_MS))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
