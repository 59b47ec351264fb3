import {kafkaClient} from './kafka-client.js'
import type {KafkaConnection} from './kafka-connection.js'

/** Whether a cluster answers now. */
export async function canReachKafka(connection: KafkaConnection): Promise<boolean> {
  const admin = kafkaClient({connection, clientId: 'tripline-probe', retries: 0}).admin()
  try {
    await admin.connect()
    return (await admin.describeCluster()).brokers.length > 0
  } catch {
    // Not yet, or never: whoever asks decides for how long to ask.
    return false
  } finally {
    await admin.disconnect()
  }
}
