import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {AlertRecord, DecisionRecord} from '../../../src/core/decision/records.js'
import {triplineJson} from '../../support/process/tripline.js'
import {type PlacedLine, placedLines} from '../../support/services/fed-topics.js'
import {type Finals, finalsOf, ndjsonRecords} from '../../support/services/finals.js'
import {userRules} from '../../support/services/user-rules.js'

/** Environment variables of the program. */
export interface Settings {
  readonly [variable: string]: string
}

export interface RecordingOptions {
  readonly users?: number
  /** Transactions per user and day. */
  readonly rate?: number
  /** Of the event times; by default, nothing is ever late. */
  readonly settings?: Settings
  /** What is recorded, from what was simulated. */
  readonly change?: (lines: readonly PlacedLine[]) => readonly PlacedLine[]
}

export const PARTITIONS = 4
const DAYS = '6'

/**
 * Days of a recording are read in seconds here, so that one topic may run hours ahead of another: which events are too
 * late would depend on how fast each is read.
 */
const NEVER_LATE: Settings = {TRIPLINE_EVENT_TIME_ALLOWED_LATENESS: '7d'}

/** Simulated traffic, and what a replay says about it: the judge, who knows of no worker, topic or store. */
export class Recording {
  private constructor(
    readonly rules: string,
    readonly settings: Settings,
    readonly lines: readonly PlacedLine[],
    readonly expected: Finals,
    private readonly folder: string,
  ) {}

  static async make({
    users = 300,
    rate = 6,
    settings = NEVER_LATE,
    change = (lines) => lines,
  }: RecordingOptions = {}): Promise<Recording> {
    const folder = await mkdtemp(join(tmpdir(), 'tripline-faults-'))
    const rules = await userRules(join(folder, 'rules'))
    const simulated = join(folder, 'simulated.ndjson')
    const traffic = [
      '--users',
      String(users),
      '--days',
      DAYS,
      '--rate',
      String(rate),
      '--seed',
      '11',
      '--frauds',
      '4',
    ]
    await triplineJson(['simulate', 'scenario', '--out', simulated, ...traffic])
    const lines = change(placedLines((await readFile(simulated, 'utf8')).split('\n'), PARTITIONS))
    const recorded = join(folder, 'recorded.ndjson')
    await writeFile(recorded, lines.map((line) => JSON.stringify({...line, partition: 0})).join('\n'))
    const out = join(folder, 'out')
    await triplineJson(['replay', '--input', recorded, '--out', out, '--rules', rules, '--no-model'], {
      env: settings,
    })
    const expected = finalsOf(
      await ndjsonRecords<AlertRecord>(join(out, 'alerts.final.ndjson')),
      await ndjsonRecords<DecisionRecord>(join(out, 'decisions.final.ndjson')),
    )
    if (expected.alerts.length < 20) throw new Error('the recording says too little')
    return new Recording(rules, settings, lines, expected, folder)
  }

  remove(): Promise<void> {
    return rm(this.folder, {recursive: true, force: true})
  }
}

/** Without events from the future: what is sent now, or again, is from the past by then. */
export function withoutFuture(lines: readonly PlacedLine[]): readonly PlacedLine[] {
  return lines.filter(({event, arrival_time}) => {
    const {event_time} = (event ?? {}) as {readonly event_time?: unknown}
    const time = typeof event_time === 'number' ? event_time : Date.parse(String(event_time))
    return !(time > Date.parse(arrival_time))
  })
}
