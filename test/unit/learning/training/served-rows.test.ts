import {describe, expect, it} from 'vitest'
import {
  decodeServedRows,
  encodeServedRows,
  type ServedEntry,
  type ServedRow,
} from '../../../../src/learning/training/served-rows.js'

const schema = {hash: 'a1', names: ['card.count_1h', 'card.sum_1h']}

const row: ServedRow = {
  transactionId: 't1',
  userId: 'Zoë/1',
  time: 1_700_000_000_123,
  decidedAt: 1_700_000_000_200,
  decision: 'review',
  score: 0.8125,
  model: 4,
  propensity: 0.005,
  challenger: {version: 5, score: 0.25},
  values: Float64Array.of(3, Number.NaN),
  ages: Float64Array.of(10, Number.NaN, 0, 5, 7),
}

const bare: ServedRow = {
  ...row,
  transactionId: 't2',
  decidedAt: undefined,
  decision: undefined,
  score: undefined,
  model: undefined,
  propensity: 1,
  challenger: undefined,
}

describe('a file of served rows', () => {
  it('gives back every row with the schema that names its values', async () => {
    const other = {hash: 'b2', names: ['user.only']}
    const entries = [
      {schema, row},
      {schema, row: bare},
      {schema: other, row: {...row, transactionId: 't3', values: Float64Array.of(1)}},
    ]
    expect(await decoded(await encoded(entries))).toEqual(entries)
  })

  it('does not mind how its bytes come in pieces', async () => {
    const bytes = await encoded([
      {schema, row},
      {schema, row: bare},
    ])
    const single = Array.from(bytes[0], (byte) => Uint8Array.of(byte))
    expect(await decoded(single)).toHaveLength(2)
  })

  it('may hold no rows', async () => {
    expect(await decoded(await encoded([]))).toEqual([])
  })

  it('is refused where it is cut short, with its name and the place', async () => {
    const [bytes] = await encoded([{schema, row}])
    await expect(decoded([bytes?.subarray(0, -3) ?? Buffer.alloc(0)])).rejects.toThrow(
      /^features\.bin: it is cut short at byte \d+; export or snapshot it again$/,
    )
  })

  it('is refused where it is something else', async () => {
    await expect(decoded([Buffer.from('{"stream":"transactions"}')])).rejects.toThrow(
      'features.bin: these are no features as they were served',
    )
  })
})

async function encoded(entries: readonly ServedEntry[]): Promise<[Buffer]> {
  const pieces: Buffer[] = []
  for await (const piece of encodeServedRows(entries)) pieces.push(piece)
  return [Buffer.concat(pieces)]
}

async function decoded(chunks: readonly Uint8Array[]): Promise<ServedEntry[]> {
  const entries: ServedEntry[] = []
  for await (const entry of decodeServedRows(inTurn(chunks), 'features.bin')) entries.push(entry)
  return entries
}

async function* inTurn(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
