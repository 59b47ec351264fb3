// What single functions cost: `npm run bench:micro [-- --events 40000 --runs 5]`. All in microseconds per event, beside
// a floor measured in the same run: parse and stringify one transaction.
import {createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {parseArgs} from 'node:util'
import {EmbeddedDatabase} from '../../dist/adapters/embedded/database.js'
import {EmbeddedStateStore} from '../../dist/adapters/embedded/state-store.js'
import {decisionLine} from '../../dist/adapters/files/decision-line.js'
import {readModel} from '../../dist/adapters/files/model-folder.js'
import {chooseBackend} from '../../dist/adapters/tensorflow/backend.js'
import {TensorflowModel} from '../../dist/adapters/tensorflow/tensorflow-model.js'
import {loadBundle} from '../../dist/app/bundle/load-bundle.js'
import {loadConfig} from '../../dist/app/config/load-config.js'
import {compileBundle} from '../../dist/core/bundle/compile-bundle.js'
import {decoderOf} from '../../dist/core/bundle/decoder-of.js'
import {toDecisionRecord} from '../../dist/core/decision/decision-record.js'
import {undecided} from '../../dist/core/decision/decision-state.js'
import {emptyKeyState} from '../../dist/core/decision/key-state.js'
import {countersFor} from '../../dist/core/decision/rule-counters.js'
import {RuleEvaluator} from '../../dist/core/decision/rule-evaluator.js'
import {streamsWith} from '../../dist/core/event/stream.js'
import {FeatureComputer} from '../../dist/core/feature/feature-computer.js'
import {KeyHistory} from '../../dist/core/history/key-history.js'
import {VersionedTable} from '../../dist/core/history/versioned-table.js'
import {median, run, saveResult} from '../macro/measure.mjs'

const {values} = parseArgs({
  options: {events: {type: 'string', default: '40000'}, runs: {type: 'string', default: '5'}},
})
const WANTED = Number(values.events)
const RUNS = Number(values.runs)
const ROWS_AT_A_TIME = 256
const EVENTS_A_COMMIT = 512

const SETTINGS = {
  time: {
    outOfOrderness: 5_000,
    allowedLateness: 600_000,
    idleTimeout: 30_000,
    maxFutureSkew: 300_000,
    dedupRetention: 86_400_000,
  },
  locationMaxAge: 86_400_000,
  historyCap: 5_000,
  stepBudget: 20_000,
  intake: {eventLimit: 256 * 1024, panExempt: []},
}
const RULE_OF_FORM = {
  event: {
    match: {event: {as: 'tx', stream: 'transactions'}, when: 'tx.amount > 5000.0 && tx.channel == "ecom"'},
  },
  window: {
    match: {
      window: {as: 'tx', stream: 'transactions', span: '1h'},
      having: 'count() >= 20 && sum(tx.amount) > 3000.0',
    },
  },
  together: {
    match: {
      together: {
        within: '1h',
        anchor: 'second',
        of: [
          {as: 'first', stream: 'transactions', when: 'first.amount > 50.0'},
          {
            as: 'second',
            stream: 'transactions',
            after: 'first',
            when: 'second.amount > 50.0 && second.card_id != first.card_id',
          },
        ],
      },
    },
  },
  sequence: {
    match: {
      sequence: {
        within: '30m',
        steps: [
          {as: 'probe', stream: 'transactions', when: 'probe.amount < 5.0', times: '2..'},
          {as: 'big', stream: 'transactions', when: 'big.amount > 100.0'},
        ],
      },
    },
  },
}

const texts = await transactions()
const plain = bundleOf([])
const decode = decoderOf(plain)
const events = texts.map((text) => decode('transactions', JSON.parse(text), text))
const figures = {}

measure('floor: parse and stringify', () => {
  let length = 0
  for (const text of texts) length += JSON.stringify(JSON.parse(text)).length
  return length
})
measure('parse, check, content hash', () => {
  let ok = 0
  for (const text of texts) if ('id' in decode('transactions', JSON.parse(text), text)) ok++
  return ok
})
measureWith('history: insert in order', () => insertion(storedFor(plain)))
measureWith('history: insert, 20 % out of order', () => insertion(disordered(storedFor(plain))))
for (const [form, rule] of Object.entries(RULE_OF_FORM))
  measureWith(`rule: ${form}`, () => evaluation(bundleOf([rule])))
measureWith('rules: all that are shipped', () => evaluation(shippedBundle()))
measureWith('decision as a line', () => lineWriting(decisionRecords()))
const shipped = await loadBundle(loadConfig({env: {}}))
measureWith('features: all that are shipped, entered and read', () => featureRows(shipped.features))
const {name: backend} = await chooseBackend()
const model = new TensorflowModel(await readModel('features/model'))
await measureAsync(`model, ${backend}, 256 rows at a time`, () => scoring(model))
model.dispose()
await measureAsync('commit to the embedded store, 512 events at a time', committing)

const floor = figures['floor: parse and stringify'].microseconds
for (const figure of Object.values(figures))
  figure.of_floor = Number((figure.microseconds / floor).toFixed(2))
console.table(figures)
console.log(saveResult('micro', {events: texts.length, runs: RUNS, figures}).file)

function measure(name, work) {
  measureWith(name, () => work)
}

/** `prepare` gives what is measured; each run prepares anew. */
function measureWith(name, prepare) {
  const times = []
  for (let i = 0; i <= RUNS; i++) {
    const work = prepare()
    const started = performance.now()
    work()
    times.push(perEvent(started))
  }
  note(name, times)
}

/** The same for work that is waited for; `prepare` also says how to clean up. */
async function measureAsync(name, prepare) {
  const times = []
  for (let i = 0; i <= RUNS; i++) {
    const {work, done} = await prepare()
    const started = performance.now()
    await work()
    times.push(perEvent(started))
    await done?.()
  }
  note(name, times)
}

function perEvent(started) {
  return ((performance.now() - started) * 1000) / texts.length
}

function note(name, [, ...times]) {
  // The first run warmed up.
  const spread = [Math.min(...times), Math.max(...times)].map((time) => Number(time.toFixed(2)))
  figures[name] = {microseconds: Number(median(times).toFixed(2)), spread: spread.join('–')}
}

async function transactions() {
  const dir = mkdtempSync(join(tmpdir(), 'tripline-micro-'))
  try {
    const file = join(dir, 'events.ndjson')
    const size = ['--users', '1000', '--days', String(Math.ceil(WANTED / 9_000)), '--seed', '1']
    run(['dist/app/cli/main.js', 'simulate', 'scenario', '--out', file, '--json', ...size])
    const found = []
    for await (const line of createInterface({input: createReadStream(file)})) {
      if (!line.startsWith('{"stream":"transactions"')) continue
      const text = eventText(line)
      if (text !== undefined) found.push(text)
      if (found.length === WANTED) break
    }
    return found
  } finally {
    rmSync(dir, {recursive: true, force: true})
  }
}

/** The event of a line, unless it is one of the broken ones. */
function eventText(line) {
  try {
    const {event} = JSON.parse(line)
    return typeof event?.amount === 'number' && typeof event.user_id === 'string'
      ? JSON.stringify(event)
      : undefined
  } catch {
    return undefined
  }
}

function bundleOf(rules) {
  const header = {schema: 'tripline/rule/v1', version: 1, title: 'measured', key: 'user_id', severity: 'low'}
  const files = rules.map((rule, i) => ({
    path: `${i}.yaml`,
    text: JSON.stringify({...header, id: `measured-${i}`, action: 'review', score: 10, ...rule}),
  }))
  return compiled(files)
}

function shippedBundle() {
  const files = readdirSync('cep-rules', {recursive: true})
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => ({path, text: readFileSync(join('cep-rules', path), 'utf8')}))
  return compiled(files)
}

function compiled(files) {
  const {bundle, faults} = compileBundle({files, streams: streamsWith([]), settings: SETTINGS})
  if (bundle === undefined) throw new Error(faults.map(({message}) => message).join('\n'))
  return bundle
}

/** The events as a history keeps them under a bundle. */
function storedFor(bundle) {
  const project = bundle.projections.get('transactions')
  const predicates = bundle.predicates.get('transactions')
  return events.flatMap((event) => {
    if (!('id' in event)) return []
    const {stream, key, id, time, contentHash, wire} = event
    const fields = project?.(wire, wire.amount) ?? {}
    const stored = {stream: stream.name, rank: stream.rank, time, id, contentHash, fields, predicates: []}
    if (predicates !== undefined) stored.predicates = predicates.evaluate(stored, undefined)
    return [{key, stored}]
  })
}

function disordered(entries) {
  const moved = [...entries]
  for (let i = 0; i + 40 < moved.length; i += 5) [moved[i], moved[i + 40]] = [moved[i + 40], moved[i]]
  return moved
}

function insertion(entries) {
  return () => {
    const histories = new Map()
    for (const {key, stored} of entries) {
      let history = histories.get(key)
      if (history === undefined) {
        history = new KeyHistory()
        histories.set(key, history)
      }
      history.insert(stored)
    }
    return histories.size
  }
}

/** Enters all events into their users' histories and evaluates the rules by user. */
function evaluation(bundle) {
  const entries = storedFor(bundle)
  const since = bundle.rules.map(() => Number.NEGATIVE_INFINITY)
  const rules = bundle.ruleSets.get('user_id')
  const counters = countersFor(bundle.rules)
  const evaluator = new RuleEvaluator(bundle, rules, new VersionedTable(), counters, since)
  const horizon = {settledUpTo: Number.NEGATIVE_INFINITY, resolvedUpTo: Number.NEGATIVE_INFINITY}
  return () => {
    const states = new Map()
    let changes = 0
    for (const {key, stored} of entries) {
      let state = states.get(key)
      if (state === undefined) {
        state = emptyKeyState(key, 'user_id')
        states.set(key, state)
      }
      state.history.insert(stored)
      changes += evaluator.eventEntered(state, stored, horizon).length
    }
    return changes
  }
}

function lineWriting(records) {
  return () => {
    let length = 0
    for (const record of records) length += decisionLine(record).length
    return length
  }
}

/** Each transaction counts in its windows, and its row is read. */
function featureRows(features) {
  return () => {
    const computer = FeatureComputer.of(features, streamsWith([]))
    let rows = 0
    for (const event of events)
      if ('id' in event && computer.add('transactions', event.wire, event.time) !== undefined) rows++
    return rows
  }
}

function scoring(model) {
  const rows = new Float32Array(ROWS_AT_A_TIME * model.features.names.length)
  for (let i = 0; i < rows.length; i++) rows[i] = model.baseline[i % model.baseline.length]
  const work = async () => {
    for (let i = 0; i < texts.length; i += ROWS_AT_A_TIME) await model.score(rows, ROWS_AT_A_TIME)
  }
  return {work}
}

/** Batches of events of as many keys, as the engine commits them. */
async function committing() {
  const dir = mkdtempSync(join(tmpdir(), 'tripline-micro-'))
  const database = await EmbeddedDatabase.open(dir)
  const store = new EmbeddedStateStore(database)
  const {epoch} = await store.open(0)
  const entries = storedFor(plain)
  const work = async () => {
    for (let from = 0; from < entries.length; from += EVENTS_A_COMMIT) {
      const batch = entries.slice(from, from + EVENTS_A_COMMIT)
      await store.commit(0, commitOf(epoch, from, batch))
    }
  }
  const done = async () => {
    await database.close()
    rmSync(dir, {recursive: true, force: true})
  }
  return {work, done}
}

function commitOf(epoch, from, batch) {
  const next = from + batch.length
  return {
    epoch,
    fromOffset: from,
    checkpoint: {
      offset: next,
      time: {watermark: 0, wall: 0, streams: {}},
      ledger: {},
      bundle: plain.id,
      counts: {},
      lookedBackUpTo: {},
      outboxSequence: 0,
    },
    inForce: undefined,
    keys: batch.map(({key, stored}) => ({
      key,
      appended: [stored],
      removed: [],
      judgement: undefined,
      expiry: stored.time,
      deadline: undefined,
    })),
    profiles: [],
    visits: [],
    visitsSettledUpTo: 0,
    outbox: undefined,
    publishedUpTo: 0,
  }
}

function decisionRecords() {
  return storedFor(plain).map(({key, stored}) =>
    toDecisionRecord(undecided(stored), {
      userId: key,
      bundle: plain.id,
      decidedAt: stored.time,
      ingestedAt: stored.time,
    }),
  )
}
