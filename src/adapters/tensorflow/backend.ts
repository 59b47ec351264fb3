import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import {ModelRefusedError} from '../../core/model/model-refusal.js'

/** What TensorFlow.js computes on: its C library, WebAssembly (SIMD), or plain JavaScript. In the order of speed. */
export const BACKENDS = ['node', 'wasm', 'cpu'] as const
export type BackendName = (typeof BACKENDS)[number]

export interface ChosenBackend {
  readonly name: BackendName
  /** Those that were tried before it, and why they would not work. */
  readonly passedOver: readonly {readonly name: BackendName; readonly reason: string}[]
}

const require = createRequire(import.meta.url)

/** Need not be installed: it downloads a library of several hundred megabytes while it is. */
const OPTIONAL_PACKAGE = '@tensorflow/tfjs-node'

const LOAD: {readonly [name in BackendName]: () => Promise<void>} = {
  node: async () => {
    restoreIsNullOrUndefined()
    require(OPTIONAL_PACKAGE)
    await use('tensorflow')
  },
  wasm: async () => {
    const {setWasmPaths} = await import('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist/'))
    await use('wasm')
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu')
    await use('cpu')
  },
}

/**
 * Makes TensorFlow.js compute on the wanted backend, or on the fastest that works. It is one for the whole process.
 * Throws ModelRefusedError if the wanted one does not work.
 */
export async function chooseBackend(wanted: BackendName | 'auto' = 'auto'): Promise<ChosenBackend> {
  const passedOver: {name: BackendName; reason: string}[] = []
  for (const name of wanted === 'auto' ? BACKENDS : [wanted]) {
    try {
      await LOAD[name]()
      return {name, passedOver}
    } catch (error) {
      passedOver.push({name, reason: firstLine(error)})
    }
  }
  const reasons = passedOver.map(({name, reason}) => `${name}: ${reason}`).join('; ')
  throw new ModelRefusedError(
    'model_backend',
    `TensorFlow.js cannot compute here (${reasons}); set model.backend to auto or run npm ci anew`,
  )
}

async function use(name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error('it does not start')
  await tf.ready()
}

/** tfjs-node 4.22 calls a function that Node 23 no longer has. */
function restoreIsNullOrUndefined(): void {
  const util = require('node:util') as {isNullOrUndefined?: (value: unknown) => boolean}
  util.isNullOrUndefined ??= (value) => value === null || value === undefined
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string
}
