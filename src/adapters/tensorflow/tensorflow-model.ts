import * as tf from '@tensorflow/tfjs-core'
import {type Calibration, calibrated} from '../../core/model/calibration.js'
import type {ModelArtifact, ModelManifest} from '../../core/model/model-manifest.js'
import {ModelRefusedError} from '../../core/model/model-refusal.js'
import {unpackNetworks} from '../../core/model/network.js'
import {type Scaling, scaleRows} from '../../core/model/scaling.js'
import type {Model} from '../../engine/port/model.js'
import {integratedGradients} from './integrated-gradients.js'
import {meanLogits} from './mean-logits.js'
import {disposeTensors, type NetworkTensors, toTensors} from './network-tensors.js'

/** A model on TensorFlow.js, whose backend has been chosen. */
export class TensorflowModel implements Model {
  readonly id: string
  readonly version: number
  readonly features: ModelManifest['features']
  readonly distribution: ModelManifest['distribution']
  private readonly scaling: Scaling
  private readonly calibration: Calibration
  readonly learnt: readonly boolean[]
  readonly baseline: readonly number[]
  private readonly scaledBaseline: Float32Array
  private readonly networks: readonly NetworkTensors[]
  private isDisposed = false

  /** Throws ModelRefusedError if the parts of the artifact do not fit together. */
  constructor({manifest, weights}: ModelArtifact) {
    const {id, version, features, scaling, calibration, baseline, networks} = manifest
    const width = features.names.length
    const widths = [
      scaling.center.length,
      scaling.spread.length,
      baseline.length,
      ...networks.map((n) => n[0]),
    ]
    if (widths.some((each) => each !== width) || networks.some((each) => each.at(-1) !== 1))
      throw corrupted(manifest, `its parts do not fit its ${width} features`)
    if (weights.some((weight) => !Number.isFinite(weight)))
      throw corrupted(manifest, 'a weight is not a number')
    this.id = id
    this.version = version
    this.features = features
    this.scaling = scaling
    this.calibration = calibration
    this.baseline = baseline
    this.learnt = scaling.spread.map((spread) => spread !== 0)
    this.distribution = manifest.distribution
    this.scaledBaseline = scaleRows(Float32Array.from(baseline), scaling)
    try {
      this.networks = unpackNetworks(networks, weights).map(toTensors)
    } catch (error) {
      throw error instanceof RangeError ? corrupted(manifest, error.message) : error
    }
  }

  async score(rows: Float32Array, count: number): Promise<Float32Array> {
    const scaled = this.scaled(rows, count)
    if (count === 0) return new Float32Array(0)
    return calibrated(await meanLogits(this.networks, scaled, count), this.calibration)
  }

  async attribute(rows: Float32Array, count: number): Promise<Float32Array> {
    const scaled = this.scaled(rows, count)
    const width = this.scaledBaseline.length
    const attributions = new Float32Array(scaled.length)
    for (let at = 0; at < scaled.length; at += width) {
      const row = scaled.subarray(at, at + width)
      attributions.set(await integratedGradients(this.networks, row, this.scaledBaseline), at)
    }
    return attributions
  }

  dispose(): void {
    if (this.isDisposed) return
    this.isDisposed = true
    for (const network of this.networks) disposeTensors(network)
  }

  private scaled(rows: Float32Array, count: number): Float32Array {
    const {id, version, features} = this
    if (this.isDisposed) throw new Error(`model ${id} version ${version} was disposed`)
    const wanted = count * features.names.length
    if (rows.length < wanted)
      throw new RangeError(`${count} rows of model ${id} have ${wanted} values, not ${rows.length}`)
    return scaleRows(rows.subarray(0, wanted), this.scaling)
  }
}

function corrupted({id, version}: ModelManifest, problem: string): ModelRefusedError {
  return new ModelRefusedError(
    'model_corrupted',
    `model ${id} version ${version}: ${problem}; take another version or train a new one`,
  )
}

/** How many tensors TensorFlow.js holds: for those who look for leaks. */
export function tensorCount(): number {
  return tf.memory().numTensors
}
