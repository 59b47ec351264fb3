import {closest} from '../expression/suggest.js'
import type {RuleTest} from '../rule/rule-file.js'
import type {FaultAt, Path, SourceFault} from '../source/source-fault.js'

/** What keeps the tests inside a rule from being run: each event is on one stream, and that stream exists. */
export function ruleTestFaults(
  tests: readonly RuleTest[],
  streams: ReadonlyMap<string, unknown>,
  faultAt: FaultAt,
): readonly SourceFault[] {
  return tests.flatMap(({events}, test) =>
    events.flatMap(({at: _, ...named}, index) => {
      const path: Path = ['tests', test, 'events', index]
      return streamFaults(Object.keys(named), path, streams, faultAt)
    }),
  )
}

function streamFaults(
  names: readonly string[],
  path: Path,
  streams: ReadonlyMap<string, unknown>,
  faultAt: FaultAt,
): readonly SourceFault[] {
  const [stream, second] = names
  if (stream === undefined || second !== undefined) {
    const message =
      stream === undefined ? 'the event names no stream' : `the event names ${names.join(' and ')}`
    return [faultAt(path, message, 'write one stream and its fields, such as transactions: {amount: 5}')]
  }
  if (streams.has(stream)) return []
  const known = [...streams.keys()]
  const meant = closest(stream, known)
  const remedy =
    meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${JSON.stringify(meant)}?`
  return [
    faultAt([...path, stream], `no stream is called ${JSON.stringify(stream)}`, remedy, 'error', 'name'),
  ]
}
