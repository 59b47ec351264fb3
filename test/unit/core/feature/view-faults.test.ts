import {describe, expect, test} from 'vitest'
import {compiled, rowView, viewsOf, windowView} from './support/views.js'

const count = [{name: 'count', fn: 'count'}]

/** What is wrong with views given as data or text, without the places. */
function faultsOf(...views: readonly (object | string)[]): readonly string[] {
  return compiled(...views).faults.map((fault) => fault.replace(/^view-\d\.yaml:\d+:\d+: /, ''))
}

describe('a view file that is wrong', () => {
  test('tells all faults at once, with file, line and column', () => {
    const text = `schema: tripline/feature-view/v1
name: v
entity: user_id
stream: transaction
when: tx.amuont > "5"
windows: [10m, 1w]
aggregates:
  - {name: count, fn: cuont}
`
    expect(compiled(text).faults).toEqual([
      'view-0.yaml:4:9: no stream is called "transaction"; did you mean transactions?',
      'view-0.yaml:6:16: windows.1: "1w" is no length of a window; write a whole number and a unit, such as 500ms, 30s, 15m, 1h or 7d',
      'view-0.yaml:8:23: aggregates.0.fn: "cuont" is not one of count, sum, avg, min, max, stddev, distinct, last, first, median, novel; did you mean "count"?',
    ])
  })

  test('tells what conditions and values mean wrongly, at their place', () => {
    const text = `schema: tripline/feature-view/v1
name: v
entity: user_id
when: tx.amount > "5"
windows: [10m]
aggregates:
  - {name: sum, fn: sum, of: tx.mcc}
  - {name: places, fn: avg, of: location.lat}
`
    expect(compiled(text).faults).toEqual([
      expect.stringMatching(/^view-0\.yaml:4:\d+: /),
      expect.stringMatching(
        /^view-0\.yaml:7:30: the expression is of type string; write one of type double or bool/,
      ),
      expect.stringMatching(/^view-0\.yaml:8:33: location is not available here/),
    ])
  })

  test.each([
    [
      'an unknown stream',
      windowView({stream: 'transaction', windows: ['1h'], aggregates: count}),
      'no stream is called "transaction"; did you mean transactions?',
    ],
    [
      'a stream without the entity',
      windowView({entity: 'device_id', stream: 'locations', windows: ['1h'], aggregates: count}),
      'locations has no field device_id, whose features these are; use a stream that has it, or another entity',
    ],
    [
      'an aggregate without a value',
      windowView({windows: ['1h'], aggregates: [{name: 'sum', fn: 'sum'}]}),
      'aggregates.0.of is missing; say of what: sum takes a value',
    ],
    [
      'no windows',
      windowView({aggregates: count}),
      'windows is missing; add it (array): only novel can do without',
    ],
    [
      'a horizon of something else than feedback',
      windowView({horizon: '7d', windows: ['1h'], aggregates: count}),
      'only a view of feedback has a horizon; remove it',
    ],
    [
      'a kind that there is not',
      {...windowView({}), kind: 'rows'},
      'there is no kind of view called "rows"; did you mean row?',
    ],
    [
      'a feature of another entity in a row',
      rowView({rows: [{name: 'x', expr: 'features.other.count_1h'}]}),
      expect.stringContaining('there is no feature view other'),
    ],
    [
      "a location for what is not one user's",
      rowView({entity: 'ip', rows: [{name: 'x', expr: 'location.lat'}]}),
      "location is not available here: a location is a user's, and one ip may belong to many users; remove location",
    ],
  ])('%s', (_, view, fault) => {
    expect(faultsOf(view)).toEqual([fault])
  })

  test('two views or two features of one name', () => {
    const view = windowView({windows: ['1h'], aggregates: [...count, ...count]})
    expect(faultsOf(view, windowView({windows: ['1h'], aggregates: count}))).toEqual([
      'two features are called v.count_1h; rename one of them',
      'the name v is taken by view-0.yaml; give each view its own name',
    ])
  })
})

describe('the schema of features', () => {
  const view = windowView({windows: ['1h', '24h'], aggregates: count})
  const other = windowView({name: 'a', entity: 'card_id', windows: ['1h'], aggregates: count})

  test('names them in the order of the views, whatever the order of the files', () => {
    const {schema} = viewsOf(view, other)
    expect(schema.names).toEqual(['a.count_1h', 'v.count_1h', 'v.count_24h'])
    expect(schema.entities).toEqual(['card_id', 'user_id', 'user_id'])
    expect(viewsOf(other, view).schema).toEqual(schema)
  })

  test('has a hash that says whether they mean the same', () => {
    const {hash} = viewsOf(view).schema
    expect(viewsOf({...view, description: 'Other words.'}).schema.hash).toBe(hash)
    expect(viewsOf({...view, when: 'tx.amount > 1.0'}).schema.hash).not.toBe(hash)
    expect(viewsOf({...view, exact: true}).schema.hash).not.toBe(hash)
  })
})
