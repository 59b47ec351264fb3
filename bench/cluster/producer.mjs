// Transactions straight to Kafka, open loop: each is due at a moment of its own and bears it as its event time, whether the
// broker keeps up or not. A process of its own, started by bench/cluster/run.mjs. Prints what it sent as JSON.
import {setTimeout as sleep} from 'node:timers/promises'
import {parseArgs} from 'node:util'
import kafkajs from 'kafkajs'

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
  for (; sent < due; sent++)
    messages.push(transaction(first + sent, Math.floor(begun + (sent / rate) * 1000)))
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

/** Some users and merchants are busier than others; the numbers are the same in every run. */
function transaction(number, time) {
  const random = randomFrom(number)
  const user = Math.floor(users * random() ** 1.3)
  const value = JSON.stringify({
    transaction_id: `b-${number}`,
    user_id: `u${user}`,
    card_id: `card-${user}`,
    merchant_id: `m${Math.floor(5_000 * random() ** 2)}`,
    amount: Math.round(Math.exp(3.2 + 0.8 * (random() + random() + random() - 1.5)) * 100) / 100,
    channel: random() < 0.6 ? 'pos' : 'ecom',
    auth_result: 'approved',
    event_time: time,
  })
  return {key: `u${user}`, value}
}

/** Mulberry32. */
function randomFrom(seed) {
  let state = (seed + 1) * 0x9e3779b1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
