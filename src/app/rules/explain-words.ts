import {type EventTime, formatTime} from '../../core/event/time.js'
import type {Plain} from '../../core/rule/explanation/change/change.js'
import type {ClauseFinding} from '../../core/rule/explanation/condition/clause-finding.js'
import {aboutDollars, durationExactly, exactly, roughly} from '../../core/rule/explanation/wording/figures.js'
import {FLIP_BEGINNINGS, flipPhrase} from '../../core/rule/explanation/wording/flip-sentence.js'
import {describeDuration} from '../../core/source/duration.js'
import type {RecordedExplanation} from './explain-anchor.js'

/** A longer sentence is told as a list. */
const LONGEST_SENTENCE = 100

/** Of more events under one name only so many at either end are listed. */
const EVENTS_SHOWN = 12
const ENDS_SHOWN = 3

/** An explanation as lines of text. */
export function explanationWords(explained: RecordedExplanation): readonly string[] {
  const {rule, anchor, key, reason, failures, truncated} = explained
  return [
    `${rule.id} v${rule.version} (${rule.mode}): ${rule.title}`,
    `${anchor.stream} ${anchor.id}, ${key.name} ${key.value ?? 'none'}, ${anchor.event_time}: ${verdict(explained)}`,
    ...(reason === null ? [] : [reason]),
    ...section(eventLines(explained.events)),
    ...section(columns(explained.clauses.map(clauseCells))),
    ...section(failures.map(({text}) => text)),
    ...section(flipLines(explained)),
    ...(truncated
      ? ['', 'A limit on work was reached: what is told may not be all (history_cap, step_budget).']
      : []),
  ]
}

function verdict({fires, suppressed_by, deadline, waits, rule}: RecordedExplanation): string {
  if (!fires) return 'does not fire'
  if (suppressed_by !== null) {
    const ago = describeDuration(suppressed_by.gap_ms)
    return `fires, but its alert is suppressed by the one for ${suppressed_by.id}, ${ago} before`
  }
  if (deadline !== null) {
    return waits
      ? `waits until ${deadline}, and fires then unless something comes that must be absent`
      : `fires at its deadline ${deadline}`
  }
  return rule.mode === 'off' ? 'would fire if it were not off' : 'fires'
}

/** The events under their names; of many under one name the first and the last. */
function eventLines(events: RecordedExplanation['events']): readonly string[] {
  const names = [...new Set(events.map(({as}) => as))]
  return columns(
    names.flatMap((name) => {
      const cells = events
        .filter(({as}) => as === name)
        .map(({as, stream, id, event_time}) => [as, `${stream} ${id}`, event_time])
      if (cells.length <= EVENTS_SHOWN) return cells
      const more = cells.length - 2 * ENDS_SHOWN
      return [...cells.slice(0, ENDS_SHOWN), [name, `… ${more} more`], ...cells.slice(-ENDS_SHOWN)]
    }),
  )
}

function clauseCells(finding: ClauseFinding): readonly string[] {
  return [finding.outcome, finding.text, foundText(finding), missText(finding)]
}

/** What was found: `$420.10`, `3,462`, `"online"`; of a condition that is no comparison, all that it reads. */
function foundText({text, value, type, reads}: ClauseFinding): string {
  if (value !== null) return figure(value, type, text)
  return Object.entries(reads)
    .map(([name, read]) => `${name}: ${read === null ? 'missing' : figure(read, null, name)}`)
    .join(', ')
}

function missText({text, outcome, type, off_by, missing}: ClauseFinding): string {
  if (missing.length > 0) return `missing: ${missing.join(', ')}`
  return outcome === 'false' && off_by !== null
    ? `off by ${figure(off_by, type === 'time' ? 'duration' : type, text)}`
    : ''
}

function figure(value: Plain, type: ClauseFinding['type'], text: string): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'boolean') return String(value)
  if (type === 'duration') return durationExactly(value)
  if (type === 'time') return formatTime(value as EventTime)
  if (/^(count|distinct)\b/.test(text)) return exactly(value)
  return text.includes('amount_usd') ? aboutDollars(value) : roughly(value)
}

function flipLines({flips, anchor}: RecordedExplanation): readonly string[] {
  const outcomes = [...new Set(flips.map(({outcome}) => outcome))]
  return outcomes.flatMap((outcome) => {
    const phrases = flips.filter((flip) => flip.outcome === outcome).map((flip) => flipPhrase(flip, anchor))
    const sentence = `${FLIP_BEGINNINGS[outcome]} ${phrases.join(', or ')}`
    if (sentence.length <= LONGEST_SENTENCE) return [sentence]
    return [FLIP_BEGINNINGS[outcome], ...phrases.map((phrase, i) => `  ${i === 0 ? '' : 'or '}${phrase}`)]
  })
}

/** Cells in columns, as wide as they need to be. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function section(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `  ${line}`)]
}
