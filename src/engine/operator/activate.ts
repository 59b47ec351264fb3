import {concatMap, type MonoTypeOperatorFunction} from 'rxjs'
import type {EventSource, InputBatch} from '../port/event-source.js'
import type {StateStore} from '../port/state-store.js'
import {adoptBundle, type PreparedBundle} from '../stage/adopt-bundle.js'
import type {Partition} from '../stage/partition.js'

export interface ActivateParts {
  readonly source: EventSource
  readonly store: StateStore
  readonly partitionOf: (number: number) => Partition
  /** The bundle that a control record names. */
  readonly bundleOf: (id: string) => Promise<PreparedBundle>
}

/** Where the log says so, another bundle comes into force: what came before was judged by the old one, what follows is by the new. */
export function activate(parts: ActivateParts): MonoTypeOperatorFunction<InputBatch> {
  const {partitionOf, bundleOf} = parts
  return concatMap(async (input) => {
    const {control, partition} = input
    if (control !== undefined)
      await adoptBundle(partitionOf(partition), await bundleOf(control.bundle), control, parts)
    return input
  })
}
