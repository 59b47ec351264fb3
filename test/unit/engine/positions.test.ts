import {firstValueFrom, toArray} from 'rxjs'
import {describe, expect, it} from 'vitest'
import {MemoryStateStore} from '../../../src/adapters/memory/memory-state-store.js'
import type {WallTime} from '../../../src/core/event/time.js'
import {scoring} from '../../../src/engine/pipeline/scoring.js'
import type {EventSource, InputBatch, InputRecord} from '../../../src/engine/port/event-source.js'
import {openPartition} from '../../../src/engine/stage/open-partition.js'
import {bundleOf, Collected} from '../../support/engine/collected-run.js'

const WALL = 1_000 as WallTime

describe('a partition that is fed by several topics', () => {
  it('stores their positions with the offset, and gives both back to the next owner', async () => {
    const store = new MemoryStateStore()
    const positions = {'shop.transactions/0': 7, 'shop.locations/0': 2}
    await run(store, [{...batch([badRecord(0)], 1), positions}])
    const {checkpoint} = await store.open(0)
    expect(checkpoint).toMatchObject({offset: 1, positions})
    expect((await openOn(store)).positions).toEqual(positions)
  })

  it('keeps the positions over batches that read nothing', async () => {
    const store = new MemoryStateStore()
    const positions = {'shop.transactions/0': 7}
    await run(store, [{...batch([badRecord(0)], 1), positions}, batch([], 1), batch([badRecord(1)], 2)])
    expect((await store.open(0)).checkpoint).toMatchObject({offset: 2, positions})
  })

  it('stores none where the log is one sequence', async () => {
    const store = new MemoryStateStore()
    await run(store, [batch([badRecord(0)], 1)])
    expect((await store.open(0)).checkpoint).not.toHaveProperty('positions')
  })
})

describe('a dead letter names the place', () => {
  it('where the record stands on the log, if the record says so', async () => {
    const origin = {topic: 'shop.transactions', partition: 0, offset: 812}
    const {deadLetters} = await run(new MemoryStateStore(), [batch([{...badRecord(3), origin}], 4)])
    expect(deadLetters).toMatchObject([{origin}])
  })

  it('by its stream and the place in its partition otherwise', async () => {
    const {deadLetters} = await run(new MemoryStateStore(), [batch([badRecord(3)], 4)])
    expect(deadLetters).toMatchObject([{origin: {topic: 'transactions', partition: 0, offset: 3}}])
  })
})

function badRecord(offset: number): InputRecord {
  return {stream: 'transactions', offset, ingestedAt: WALL, bytes: Buffer.from('{'), outcome: undefined}
}

function batch(records: readonly InputRecord[], nextOffset: number): InputBatch {
  return {partition: 0, records, polledAt: WALL, nextOffset}
}

function openOn(store: MemoryStateStore) {
  return openPartition(0, async () => bundleOf([]), store, new Collected(), 100)
}

/** Runs the engine over batches. */
async function run(store: MemoryStateStore, batches: readonly InputBatch[]): Promise<Collected> {
  const partition = await openOn(store)
  const left = [...batches]
  const source: EventSource = {
    partitions: () => [0],
    seek: () => undefined,
    next: async () => left.shift(),
  }
  const publisher = new Collected()
  const clock = {now: () => WALL}
  const partitionOf = () => partition
  const running = scoring({
    ...{source, store, publisher, clock, partitionOf},
    bundleOf: async () => ({bundle: bundleOf([])}),
  })
  await firstValueFrom(running.pipe(toArray()))
  return publisher
}
