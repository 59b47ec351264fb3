import {describe, expect, it} from 'vitest'
import type {AbsentStep, BindingStep, Match, SequenceMatch} from '../../../support/oracle/shapes.js'
import {alerted, location, minutes, outcome, rule, transaction} from './small-lines.js'

type Steps = readonly (BindingStep | AbsentStep)[]
type Until = NonNullable<SequenceMatch['sequence']['until']>

const sequence = (within: string, steps: Steps, until?: Until): Match => ({
  sequence: {within, steps, ...(until === undefined ? {} : {until})},
})
const small: BindingStep = {as: 'small', stream: 'transactions', when: 'small.amount < 10.0'}
const big: BindingStep = {as: 'big', stream: 'transactions', when: 'big.amount > 10.0'}
const s = (id: string, minute: number) => transaction(id, minute)
const b = (id: string, minute: number) => transaction(id, minute, {amount: 100})

describe('steps', () => {
  const match = sequence('1h', [small, big])

  it('matches a gap equal to within; 1 ms more does not', () => {
    expect(alerted(match, [s('t1', 0), b('t2', 60)])).toEqual(['t2 = small:t1 big:t2'])
    const later = transaction('t2', 0, {amount: 100, event_time: minutes(60) + 1})
    expect(alerted(match, [s('t1', 0), later])).toEqual([])
  })

  it('needs the order of the steps, at one instant that of the ids', () => {
    expect(alerted(match, [b('t1', 0), s('t2', 1)])).toEqual([])
    expect(alerted(match, [s('t1', 0), b('t2', 0)])).toEqual(['t2 = small:t1 big:t2'])
    expect(alerted(match, [s('t2', 0), b('t1', 0)])).toEqual([])
  })

  it('needs two events for two steps with one predicate', () => {
    const twice = sequence('1h', [small, {as: 'again', stream: 'transactions', when: 'again.amount < 10.0'}])
    expect(alerted(twice, [s('t1', 0)])).toEqual([])
    expect(alerted(twice, [s('t1', 0), s('t2', 0)])).toEqual(['t2 = small:t1 again:t2'])
  })

  it('shows the newest event with which the rest can be satisfied, which is not the newest of all', () => {
    expect(alerted(match, [s('t1', 0), s('t2', 1), b('t3', 2)])).toEqual(['t3 = small:t2 big:t3'])
    const middle: BindingStep = {as: 'mid', stream: 'locations', when: 'mid.accuracy_m == 1.0 * small.amount'}
    const three = sequence('1h', [small, middle, big])
    const lines = [
      transaction('t1', 0, {amount: 5}),
      location('l1', 1, {accuracy_m: 5}),
      location('l2', 2, {accuracy_m: 6}),
      b('t2', 3),
    ]
    expect(alerted(three, lines)).toEqual(['t2 = small:t1 mid:l1 big:t2'])
  })
})

describe('groups', () => {
  const probes = (times: string | number, when = 'small.amount < 10.0'): BindingStep => ({
    ...small,
    when,
    times,
  })

  it('bind all events between the neighbours and inside within', () => {
    const match = sequence('1h', [probes('2..'), big])
    const lines = [s('t0', -1), s('t1', 0), b('t2', 1), s('t3', 2), b('t4', 60)]
    expect(alerted(match, lines)).toEqual(['t2 = small:t0 small:t1 big:t2', 't4 = small:t1 small:t3 big:t4'])
  })

  it('leave their range through one more event', () => {
    const match = sequence('1h', [probes('1..2'), big])
    expect(alerted(match, [s('t1', 0), s('t2', 1), b('t4', 3)])).toHaveLength(1)
    expect(alerted(match, [s('t1', 0), s('t2', 1), s('t3', 2), b('t4', 3)])).toEqual([])
    expect(alerted(sequence('1h', [probes(3), big]), [s('t1', 0), s('t2', 1), b('t4', 3)])).toEqual([])
  })

  it('stand for their last event, and are counted by name', () => {
    const match = sequence('1h', [
      probes('2..'),
      {
        ...big,
        when: 'big.amount > 10.0 && big.card_id == small.card_id && sum(small.amount) == count(small) * 1.0',
      },
    ])
    const lines = [
      transaction('t1', 0, {card_id: 'x'}),
      transaction('t2', 1, {card_id: 'y'}),
      transaction('t3', 2, {amount: 100, card_id: 'y'}),
      transaction('t4', 3, {amount: 100, card_id: 'x'}),
    ]
    expect(alerted(match, lines)).toEqual(['t3 = small:t1 small:t2 big:t3'])
  })

  it('lie strictly between single steps', () => {
    const match = sequence('1h', [{...big, as: 'open', when: 'open.amount > 10.0'}, probes('1..'), big])
    expect(alerted(match, [b('t1', 0), s('t2', 1), b('t3', 2), s('t4', 3), b('t5', 4)])).toEqual([
      't3 = open:t1 small:t2 big:t3',
      't5 = open:t3 small:t4 big:t5',
    ])
  })

  it('as the last step end at the anchor', () => {
    const match = sequence('1h', [big, probes('2..')])
    expect(alerted(match, [b('t1', 0), s('t2', 1), s('t3', 2), s('t4', 3)])).toEqual([
      't3 = big:t1 small:t2 small:t3',
      't4 = big:t1 small:t2 small:t3 small:t4',
    ])
  })
})

describe('what lies beside a group', () => {
  const fix: AbsentStep = {absent: 'fix', stream: 'locations'}
  const probes: BindingStep = {...small, times: '2..'}

  it('is judged from its last event onwards', () => {
    const absence = sequence('1h', [probes, fix, big])
    const next = sequence('1h', [probes, {...big, next: true}], {
      as: 'no',
      stream: 'locations',
      when: 'false',
    })
    for (const match of [absence, next]) {
      expect(alerted(match, [s('t1', 0), location('l', 1), s('t2', 2), b('t3', 3)])).toHaveLength(1)
      expect(alerted(match, [s('t1', 0), s('t2', 2), location('l', 3), b('t3', 3)])).toEqual([])
    }
  })

  it('is judged up to its first event', () => {
    const match = sequence('1h', [big, fix, probes])
    expect(alerted(match, [b('t1', 0), s('t2', 2), location('l', 3), s('t3', 3)])).toHaveLength(1)
    expect(alerted(match, [b('t1', 0), location('l', 2), s('t2', 2), s('t3', 3)])).toEqual([])
  })
})

describe('next', () => {
  const match = sequence('1h', [small, {...big, next: true}])
  const withFix = sequence('1h', [small, {...big, next: true}], {
    as: 'fix',
    stream: 'locations',
    when: 'false',
  })

  it('is broken by any event of the rule’s streams, whatever step it satisfies', () => {
    expect(alerted(match, [s('t1', 0), b('t2', 1)])).toHaveLength(1)
    expect(alerted(match, [s('t1', 0), transaction('t', 1, {amount: 10}), b('t2', 2)])).toEqual([])
  })

  it('counts the streams of until, and no others', () => {
    const lines = [s('t1', 0), location('l', 1), b('t2', 2)]
    expect(alerted(match, lines)).toHaveLength(1)
    expect(alerted(withFix, lines)).toEqual([])
  })

  it('does not pass over a nearer event to an older one', () => {
    expect(alerted(match, [s('t1', 0), b('t2', 1), b('t3', 2)])).toEqual(['t2 = small:t1 big:t2'])
  })
})

describe('absent', () => {
  const fix: AbsentStep = {absent: 'fix', stream: 'locations'}

  it('between two steps looks strictly between them', () => {
    const match = sequence('1h', [small, fix, big])
    expect(alerted(match, [location('l', 0), s('t1', 0), b('t2', 5)])).toHaveLength(1)
    expect(alerted(match, [s('t1', 0), location('l', 3), b('t2', 5)])).toEqual([])
    expect(alerted(match, [s('t1', 0), b('t2', 5), location('l', 5)])).toEqual([])
    expect(alerted(match, [s('t1', 0), b('t2', 5), location('l', 6)])).toHaveLength(1)
  })

  it('picks an assignment that has none between', () => {
    const match = sequence('1h', [small, fix, big])
    expect(alerted(match, [s('t1', 0), location('l', 1), s('t2', 2), b('t3', 5)])).toEqual([
      't3 = small:t2 big:t3',
    ])
  })

  const trailing = sequence('1h', [small, big, fix])

  it('as the last step is cancelled up to and including the deadline, not 1 ms later', () => {
    const lines = [s('t1', 0), b('t2', 5)]
    expect(alerted(trailing, lines)).toEqual(['t2 = small:t1 big:t2'])
    expect(alerted(trailing, [...lines, location('l', 60)])).toEqual([])
    const later = location('l', 0, {event_time: minutes(60) + 1})
    expect(alerted(trailing, [...lines, later])).toHaveLength(1)
    expect(alerted(trailing, [location('l', 5), ...lines])).toHaveLength(1)
  })

  it('as the last step begins right after the anchor in the total order', () => {
    const gone: AbsentStep = {absent: 'gone', stream: 'transactions', when: 'gone.amount == 10.0'}
    const match = sequence('1h', [small, big, gone])
    const cancels = (id: string) => transaction(id, 5, {amount: 10})
    expect(alerted(match, [s('t1', 0), b('t3', 5), cancels('t4')])).toEqual([])
    expect(alerted(match, [s('t1', 0), b('t3', 5), cancels('t2')])).toHaveLength(1)
  })

  it('stamps the alert with its deadline', () => {
    const {alerts} = outcome([s('t1', 0), b('t2', 5)], {rules: [rule(trailing)]})
    expect(alerts.map(({event_time}) => event_time)).toEqual([minutes(60)])
  })

  it('counts only for the evidence that is chosen without it', () => {
    const lines = [s('t1', 0), s('t2', 10), b('t3', 20), location('l', 65)]
    expect(alerted(trailing, lines)).toEqual([])
  })

  it('needs no further step', () => {
    expect(alerted(sequence('1h', [big, fix]), [b('t1', 0), location('l', 61)])).toEqual(['t1 = big:t1'])
    expect(alerted(sequence('1h', [big, fix]), [b('t1', 0), location('l', 60)])).toEqual([])
  })
})

describe('until', () => {
  const match = sequence('1h', [small, big], {as: 'out', stream: 'transactions', when: 'out.amount == 50.0'})
  const out = (id: string, minute: number) => transaction(id, minute, {amount: 50})

  it('allows no such event strictly between the first and the last', () => {
    const two = sequence('1h', [small, {...big, when: 'big.amount > 60.0'}], {
      as: 'out',
      stream: 'transactions',
      when: 'out.amount == 50.0',
    })
    expect(alerted(two, [s('t1', 0), out('t2', 1), b('t3', 2)])).toEqual([])
    expect(alerted(two, [out('t0', -1), s('t1', 0), b('t3', 2), out('t4', 3)])).toHaveLength(1)
  })

  it('does not count the bound events themselves', () => {
    expect(alerted(match, [s('t1', 0), out('t2', 1)])).toEqual(['t2 = small:t1 big:t2'])
  })
})
