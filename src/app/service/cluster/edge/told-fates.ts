import {MERCHANTS} from '../../../../core/event/stream.js'
import type {CommittedBatch} from '../../../../engine/operator/batch.js'
import {parseReplyAddress} from './reply-address.js'
import type {ToldFate} from './worker-message.js'

/** Fates that one message tells at most. */
const TOLD_TOGETHER = 1_000

/** What became of the inputs of a batch for which somebody waits, by process, in pieces. */
export function toldFates({
  input,
  fates,
  partition,
}: CommittedBatch): readonly (readonly [process: string, fates: readonly ToldFate[]])[] {
  const groups = new Map<string, ToldFate[]>()
  for (const [i, {replyTo, stream}] of input.records.entries()) {
    const fate = fates[i]
    if (replyTo === undefined || fate === undefined) continue
    // Every partition reads them: one speaks for all.
    if (stream === MERCHANTS && partition.number !== 0) continue
    const address = parseReplyAddress(replyTo)
    if (address === undefined) continue
    const group = groups.get(address.process) ?? []
    groups.set(address.process, group)
    group.push([address.request, address.index, fate])
  }
  return [...groups].flatMap(([process, told]) =>
    Array.from({length: Math.ceil(told.length / TOLD_TOGETHER)}, (_, piece) => {
      const from = piece * TOLD_TOGETHER
      return [process, told.slice(from, from + TOLD_TOGETHER)] as const
    }),
  )
}
