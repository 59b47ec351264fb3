import {createRequire} from 'node:module'
import fc from 'fast-check'
import {expect, test} from 'vitest'
import {
  type EncodedRecord,
  encodeRecord,
  type RecordParts,
} from '../../../../src/adapters/kafka/encode-record.js'

const require = createRequire(import.meta.url)
const RECORD = 'kafkajs/src/protocol/recordBatch/record/v0/index.js'

/** The library's own function: nothing here has put another in its place yet. */
const original = require(RECORD) as (parts: RecordParts) => EncodedRecord

const text = fc.string({unit: 'binary'})
const bytes = fc.uint8Array({maxLength: 300}).map((array) => Buffer.from(array))
const content = fc.oneof(text, bytes)

const parts = fc.record(
  {
    offsetDelta: fc.nat({max: 1_000_000}),
    timestampDelta: fc.maxSafeInteger().map((ms) => ms % 2 ** 50),
    key: fc.oneof(content, fc.constant(null)),
    value: fc.oneof(content, fc.constant(null)),
    headers: fc.dictionary(text, fc.oneof(content, fc.array(content, {maxLength: 3})), {maxKeys: 8}),
  },
  {requiredKeys: ['key', 'value']},
)

test('a record has the bytes that the library gives it', () => {
  fc.assert(
    fc.property(parts, (record) => {
      expect(encodeRecord(record).buffer.equals(original(record).buffer)).toBe(true)
    }),
  )
})

test('the library is loaded with it', async () => {
  const {kafkajs} = await import('../../../../src/adapters/kafka/kafkajs.js')
  expect(kafkajs.Kafka).toBeTypeOf('function')
  expect(require(RECORD)).toBe(encodeRecord)
})
