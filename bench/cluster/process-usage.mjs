import {readFileSync} from 'node:fs'

const TICKS_PER_SECOND = 100

/** Processor time so far, in seconds, and memory in use, where the system tells them (Linux). */
export function processUsage(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      rss_mb: Math.round((Number(fields[21]) * 4096) / 1e6),
    }
  } catch {
    return undefined
  }
}
