import {type Console, grouped} from '../cli/console.js'

const EVERY_MS = 200

/**
 * Shows how far the reading of a run's input has come: done, rate and, where the total is known, what remains.
 * `run` names it among several.
 */
export function replayProgress(console: Console, run?: string): (done: number, total?: number) => void {
  const started = performance.now()
  const name = run === undefined ? '' : `${run}: `
  let shownAt = 0
  return (done, total) => {
    const now = performance.now()
    if (now - shownAt < EVERY_MS) return
    shownAt = now
    const rate = done / ((now - started) / 1000)
    const remaining = total === undefined ? '' : `, ${grouped((total - done) / rate)} s to go`
    console.progress(`${name}${grouped(done)} events, ${grouped(rate)} events/s${remaining}`)
  }
}
