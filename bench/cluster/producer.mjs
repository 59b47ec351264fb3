// Transactions straight to Kafka, open loop: each is due at a moment of its own and bears it as its event time, whether the
// broker keeps up or not. A process of its own, started by bench/cluster/run.mjs. Prints what it sent as JSON.
import {setTimeout as sleep} from 'node:timers/promises'
import {parseArgs} from 'node:util'
import kafkajs from 'kafkajs'
import {randomFrom, transaction} from '../traffic.js'

const {values} = parseArgs({
  options: {
    brokers: {type: 'string'},
    namespace: {type: 'string'},
    rate: {type: 'string'},
    seconds: {type: 'string'},
    users: {type: 'string'},
    first: {type: 'string'},
  },
})
const rate = Number(values.rate)
const users = Number(values.users)
const first = Number(values.first)
const total = Math.round(rate * Number(values.seconds))
const topic = `${values.namespace}.transactions`

const kafka = new kafkajs.Kafka({
  clientId: 'tripline-bench',
  brokers: values.brokers.split(','),
  logLevel: kafkajs.logLevel.ERROR,
})
const producer = kafka.producer({
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  maxInFlightRequests: 5,
})
await producer.connect()

const begun = Date.now()
const pending = new Set()
let sent = 0
let longestWait = 0
while (sent < total) {
  const due = Math.min(total, Math.floor(((Date.now() - begun) / 1000) * rate))
  const messages = []
  for (; sent < due; sent++) messages.push(message(first + sent, Math.floor(begun + (sent / rate) * 1000)))
  if (messages.length > 0) {
    const asked = Date.now()
    const sending = producer.send({topic, acks: -1, messages}).then(() => {
      longestWait = Math.max(longestWait, Date.now() - asked)
      pending.delete(sending)
    })
    pending.add(sending)
  }
  await sleep(5)
}
await Promise.all(pending)
await producer.disconnect()
console.log(JSON.stringify({sent, seconds: (Date.now() - begun) / 1000, longest_wait_ms: longestWait}))

function message(number, time) {
  const event = transaction(`b-${number}`, randomFrom(number), users, time)
  return {key: event.user_id, value: JSON.stringify(event)}
}
