import {expect, it} from 'vitest'
import {compileBundle} from '../../../../src/core/bundle/compile-bundle.js'
import {streamsWith} from '../../../../src/core/event/stream.js'
import {formatFault} from '../../../../src/core/source/source-fault.js'
import {SETTINGS} from '../../../support/engine/collected-run.js'

it("a rule cannot have the name of the model's alerts", () => {
  const text = `schema: tripline/rule/v1
id: model
version: 1
title: Large
key: user_id
severity: low
action: review
score: 10
match:
  event: {as: tx, stream: transactions}
  when: tx.amount > 100.0
`
  const files = [{path: 'model.yaml', text}]
  const {bundle, faults} = compileBundle({files, streams: streamsWith([]), settings: SETTINGS})
  expect(bundle).toBeUndefined()
  expect(faults.map(formatFault)).toEqual([
    'model.yaml:2:5: model is what alerts of the model are called; choose another id',
  ])
})
