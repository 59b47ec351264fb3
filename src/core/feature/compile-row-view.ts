import {LOCATIONS, MERCHANTS, TRANSACTIONS} from '../event/stream.js'
import type {EntityBuilder} from './entity-builder.js'
import type {ViewExpressions} from './view-expressions.js'
import type {RowViewFile} from './view-file.js'

/** Adds the features of a view of rows to its entity, whose windows are there. `at` is where they begin in a row. */
export function compileRowView(
  {name: viewName, entity, rows}: RowViewFile,
  at: number,
  expressions: ViewExpressions,
  builder: EntityBuilder,
): void {
  const stream = expressions.stream(TRANSACTIONS)
  if (stream === undefined) return
  const isOfOneUser = entity === 'user_id' || entity === 'card_id'
  const ofManyUsers = `a location is a user's, and one ${entity} may belong to many users`
  const scope = expressions.scope(stream, {
    location: isOfOneUser ? expressions.join(LOCATIONS) : {unavailable: ofManyUsers},
    merchant: expressions.join(MERCHANTS),
    features: new Map(builder.windows.map(({name}) => [name, 'double'])),
  })
  for (const [i, {name, expr}] of rows.entries()) {
    const value = expressions.compiled(expr, ['rows', i, 'expr'], scope, ['double', 'bool'])
    if (value === undefined) continue
    const {merchant, location, features} = value.uses
    if (merchant) expressions.use(TRANSACTIONS, 'merchant_id')
    builder.usesLocation ||= location
    builder.usesMerchant ||= merchant
    const inputs = builder.windows.filter((feature) => features.includes(feature.name))
    builder.rows.push({kind: 'row', name: `${viewName}.${name}`, at: at + i, value, inputs})
  }
}
