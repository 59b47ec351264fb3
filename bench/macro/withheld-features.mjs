// What the model loses where features by merchant, device and address cannot be had, as on several partitions:
// `node bench/macro/withheld-features.mjs --input scenario.ndjson --labels scenario.ndjson.truth.ndjson`
// Three figures on the same latest 15 % of the transactions: all features; the same model without them; one that never had them.
import {parseArgs} from 'node:util'
import {readTruthFile} from '../../dist/adapters/files/truth-file.js'
import {chooseBackend} from '../../dist/adapters/tensorflow/backend.js'
import {TensorflowModel} from '../../dist/adapters/tensorflow/tensorflow-model.js'
import {TensorflowTrainer} from '../../dist/adapters/tensorflow/tensorflow-trainer.js'
import {loadBundle} from '../../dist/app/bundle/load-bundle.js'
import {loadConfig} from '../../dist/app/config/load-config.js'
import {collectTraining} from '../../dist/app/learning/collect-training.js'
import {manifestOf} from '../../dist/app/learning/manifest-of.js'
import {DEFAULT_NETWORK} from '../../dist/learning/training/default-network.js'
import {metricsOf, packedModel, trainModel} from '../../dist/learning/training/train-model.js'

const {values} = parseArgs({options: {input: {type: 'string'}, labels: {type: 'string'}}})
const bundle = await loadBundle(loadConfig({folder: process.cwd(), env: {}}))
const {schema, plans} = bundle.features
const withheld = plans
  .filter(({entity}) => !['user_id', 'card_id'].includes(entity))
  .flatMap(({windows, rows}) => [...windows, ...rows].map(({at}) => at))
await chooseBackend('auto')
const {rows} = await collectTraining([values.input], bundle, () => undefined)
const truth = await readTruthFile(values.labels)
const set = rows.labelled((id) => truth.labelOfEvent('transactions', id))

const settings = DEFAULT_NETWORK
const threshold = {by: 'budget', alertsPerDay: 50}
const all = await trainModel(new TensorflowTrainer(), {set, settings, threshold})
const never = await trainModel(new TensorflowTrainer(), {set: without(set), settings, threshold})
const judged = all.tested.set
const scores = await scoresOf(all, without(judged).rows)
const figures = (metrics) => ({auc_roc: metrics.auc_roc, average_precision: metrics.average_precision})
console.log(
  JSON.stringify(
    {
      transactions: judged.labels.length,
      frauds: judged.labels.reduce((sum, label) => sum + label, 0),
      features: schema.names.length,
      withheld: withheld.length,
      all: figures(all.metrics),
      same_model_without: figures(metricsOf(scores, judged)),
      trained_without: figures(never.metrics),
    },
    undefined,
    2,
  ),
)

function without(of) {
  const masked = of.rows.slice()
  for (let start = 0; start < masked.length; start += schema.names.length)
    for (const at of withheld) masked[start + at] = Number.NaN
  return {...of, rows: masked}
}

function scoresOf(trained, matrix) {
  const origin = {modelId: 'bench', createdAt: new Date(0).toISOString(), schema, set, settings, maturity: 0}
  const manifest = {...manifestOf(trained, origin), version: 1, compared: null}
  const {weights} = packedModel(trained)
  return new TensorflowModel({manifest, weights}).score(matrix, matrix.length / schema.names.length)
}
