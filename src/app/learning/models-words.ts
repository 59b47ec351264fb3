import type {AliasChange} from '../../adapters/files/model-aliases.js'
import type {RegisteredModel} from '../../adapters/files/model-registry.js'
import type {ModelManifest} from '../../core/model/model-manifest.js'

/** The versions, to be laid out as a table. */
export function modelsTable(models: readonly RegisteredModel[]): string[][] {
  return [
    ['version', 'is', 'trained on events to', 'average precision', 'ROC AUC', 'rows'],
    ...models.map(({version, aliases, isShipped, content}) => {
      const is = [...aliases, ...(isShipped ? ['shipped'] : [])].join(', ')
      if (content instanceof Error) return [String(version), is, `cannot be used: ${content.message}`]
      const {training, metrics} = content
      return [
        String(version),
        is,
        training.window.to.slice(0, 10),
        metrics.average_precision.toFixed(3),
        metrics.auc_roc.toFixed(3),
        String(training.rows),
      ]
    }),
  ]
}

/** A version as one object, for programs. */
export function modelRecord({version, aliases, isShipped, content}: RegisteredModel) {
  const common = {version, aliases, shipped: isShipped}
  if (content instanceof Error) return {...common, refused: {code: content.code, message: content.message}}
  return {...common, manifest: content}
}

/** All that a person may want to know of a version. */
export function modelWords(manifest: ModelManifest): string[] {
  const {id, version, created_at, features, networks, calibration, threshold, training, metrics, compared} =
    manifest
  return [
    `model ${id} version ${version}, trained ${created_at}`,
    `  events: ${training.window.from} to ${training.window.to}, ${training.rows} labelled transactions, ${training.frauds} of them fraud`,
    `  features: ${features.names.length}, schema ${features.hash}`,
    `  networks: ${networks.map((widths) => widths.join('-')).join(', ')}, seed ${training.seed}`,
    `  on later transactions: ${Object.entries(metrics)
      .map(([name, value]) => `${name.replaceAll('_', ' ')} ${value.toFixed(4)}`)
      .join(', ')}`,
    `  calibration: slope ${calibration.slope.toFixed(3)}, intercept ${calibration.intercept.toFixed(3)}`,
    `  threshold: ${threshold.score.toFixed(4)} (${threshold.chosen_by})`,
    compared === null
      ? '  was not compared with a champion'
      : `  champion then: version ${compared.version}, average precision ${compared.average_precision.toFixed(4)} on the same transactions`,
  ]
}

export function changeWords({at, alias, from, to, by, reason}: AliasChange): string {
  return `${at}  ${alias}: ${from ?? 'none'} → ${to} (${by}: ${reason})`
}
