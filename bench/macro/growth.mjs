// How the time per event grows: `npm run bench:growth [-- --runs 3 --only history]`. Each pair of variants runs side by side, in turns;
// what counts is the ratio of their medians.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {parse, stringify} from 'yaml'
import {median, run, saveResult} from './measure.mjs'

const {values} = parseArgs({
  options: {runs: {type: 'string', default: '3'}, only: {type: 'string', default: ''}},
})
const main = 'dist/app/cli/main.js'
const START = Date.UTC(2026, 0, 1)
const HOUR_MS = 3_600_000
const SHIPPED = 'cep-rules'

const dir = mkdtempSync(join(tmpdir(), 'tripline-growth-'))
try {
  const curves = [
    ['rules: 500 over 50', 2.0, () => [traffic(), rulesOf(50)], () => [traffic(), rulesOf(500)]],
    [
      'history: 1,000 over 10 events per key in the window',
      1.5,
      () => [steady(200, 10), SHIPPED],
      () => [steady(200, 1_000), SHIPPED],
    ],
    ['keys: 200,000 over 10,000', 1.3, () => [visits(10_000), SHIPPED], () => [visits(200_000), SHIPPED]],
    [
      'disorder: 20 % out of order within a minute over none',
      1.5,
      () => [disordered(0), SHIPPED],
      () => [disordered(0.2), SHIPPED],
    ],
  ]
    .filter(([name]) => name.startsWith(values.only))
    .map(([name, goal, less, more]) => curve(name, goal, less(), more()))
  const {file} = saveResult('growth', {curves})
  console.log(file)
} finally {
  rmSync(dir, {recursive: true, force: true})
}

/** The time per event of `more` over that of `less`. */
function curve(name, goal, less, more) {
  const rounds = Array.from({length: Number(values.runs)}, () => ({
    less: microseconds(less),
    more: microseconds(more),
  }))
  const result = {
    name,
    goal,
    microseconds_per_event: {
      less: median(rounds.map((r) => r.less)),
      more: median(rounds.map((r) => r.more)),
    },
    ratios: rounds.map((r) => Number((r.more / r.less).toFixed(2))),
    ratio: Number(median(rounds.map((r) => r.more / r.less)).toFixed(2)),
  }
  console.log(`${name}: ${result.ratio} (goal ≤ ${goal}; ${result.ratios.join(', ')})`)
  return result
}

function microseconds([input, rules]) {
  const out = join(dir, 'out')
  const {events_per_second: rate} = run([
    main,
    'replay',
    '--no-model',
    '--input',
    input,
    '--out',
    out,
    '--rules',
    rules,
    '--json',
  ])
  return Number((1e6 / rate).toFixed(2))
}

function traffic() {
  const file = join(dir, 'traffic.ndjson')
  const size = ['--users', '3000', '--days', '3', '--seed', '1']
  if (!existsSync(file)) run([main, 'simulate', 'scenario', '--out', file, '--json', ...size])
  return file
}

/**
 * Rules made of those that are shipped, each with thresholds of its own, so that hardly two share a predicate. The more
 * there are, the more they ask for: what is measured is the price of rules, not that of more alerts.
 */
function rulesOf(count) {
  const folder = join(dir, `rules-${count}`)
  const isRule = (path) => /rules\/.*\.yaml$/.test(path) && !path.includes('/lists/')
  cpSync('cep-rules', folder, {recursive: true, filter: (path) => !isRule(path)})
  const templates = readdirSync('cep-rules/rules', {recursive: true})
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => parse(readFileSync(join('cep-rules/rules', path), 'utf8')))
    .filter(({mode, action}) => mode !== 'off' && action !== 'approve')
  mkdirSync(join(folder, 'rules'), {recursive: true})
  for (let i = 0; i < count; i++) {
    const {tests, ...template} = templates[i % templates.length]
    const rule = {...template, id: `${template.id}-${i}`, mode: 'live', match: demanding(template.match, i)}
    writeFileSync(join(folder, 'rules', `${rule.id}.yaml`), stringify(rule))
  }
  return folder
}

function demanding(part, i) {
  if (typeof part === 'string') {
    return part.replace(/( >=? )(\d+(?:\.\d+)?)/g, (_, operator, limit) => {
      const raised = Number(limit) * (1 + i / 20)
      return `${operator}${limit.includes('.') ? raised.toFixed(3) : Math.round(raised)}`
    })
  }
  if (part === null || typeof part !== 'object') return part
  if (Array.isArray(part)) return part.map((item) => demanding(item, i))
  return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, demanding(inner, i)]))
}

/** Users with so many payments in every hour, at one merchant each, too small for any rule to fire. */
function steady(users, perHour) {
  const perUser = 1_000
  const lines = []
  for (let n = 0; n < perUser; n++) {
    for (let user = 0; user < users; user++) {
      const time = START + Math.round((n * HOUR_MS) / perHour) + user
      lines.push(
        payment(`u${user}`, `t${user}-${n}`, time, {
          amount: 0.1 + ((n * 37 + user) % 997) / 4_000,
          merchant_id: `m${user}`,
        }),
      )
    }
  }
  return write(`steady-${perHour}.ndjson`, lines)
}

/** The same number of payments, by so many users in turn. */
function visits(users) {
  const lines = Array.from({length: 400_000}, (_, n) =>
    payment(`u${(n * 7_919) % users}`, `t${n}`, START + n * 50, {
      amount: 20 + (n % 997) / 10,
      merchant_id: `m${n % 977}`,
    }),
  )
  return write(`keys-${users}.ndjson`, lines)
}

/** Payments of which a share arrives up to a minute late. */
function disordered(share) {
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const arrivals = Array.from({length: 300_000}, (_, n) => {
    const time = START + n * 40
    const delay = random() < share ? random() * 60_000 : 0
    return {
      arrives: time + delay,
      line: payment(`u${n % 3_000}`, `t${n}`, time, {
        amount: 20 + (n % 991) / 10,
        merchant_id: `m${n % 977}`,
      }),
    }
  })
  arrivals.sort((a, b) => a.arrives - b.arrives)
  return write(
    `disorder-${share}.ndjson`,
    arrivals.map(({line}) => line),
  )
}

function payment(user_id, transaction_id, time, more) {
  const event = {
    transaction_id,
    user_id,
    card_id: `c-${user_id}`,
    amount: 3.25,
    channel: 'pos',
    event_time: new Date(time).toISOString(),
    ...more,
  }
  return JSON.stringify({stream: 'transactions', event})
}

function write(name, lines) {
  const file = join(dir, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
