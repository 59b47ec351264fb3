import {z} from 'zod'
import {eventName, type Fraud, Labels} from '../../core/comparison/labels.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import {readRecords} from './record-file.js'

/** A line of a truth file, as `simulate` writes it. */
const fraudSchema = z.object({
  fraud_id: z.string().min(1),
  transaction_ids: z.array(z.string().min(1)),
})

/** Reads which transactions are fraud; all others are legitimate. Throws what `readRecords` throws. */
export async function readTruthFile(path: string): Promise<Labels> {
  const frauds = new Map<string, Fraud>()
  for await (const block of readRecords({path, schema: fraudSchema})) {
    for (const {record} of block) {
      const fraud = {id: record.fraud_id}
      for (const id of record.transaction_ids) frauds.set(eventName(TRANSACTIONS, id), fraud)
    }
  }
  return new Labels('truth', frauds, new Set())
}
