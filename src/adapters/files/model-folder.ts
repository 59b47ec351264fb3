import {createHash} from 'node:crypto'
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {z} from 'zod'
import {inOneOrder} from '../../core/bundle/content-hash.js'
import {type ModelArtifact, type ModelManifest, modelManifestSchema} from '../../core/model/model-manifest.js'
import {ModelRefusedError} from '../../core/model/model-refusal.js'

/*
 * A version of a model on disk: a folder that is written once. `manifest.json` says all about it, with a digest over
 * itself; `weights.bin` holds the weights as little-endian 32-bit floats.
 */

const MANIFEST = 'manifest.json'
const WEIGHTS = 'weights.bin'

const fileSchema = modelManifestSchema.extend({digest: z.string()})

/** Everything but what only the weights tell. */
export type UnwrittenManifest = Omit<ModelManifest, 'weights'>

/**
 * Writes a model whole or not at all. Rejects with EEXIST or ENOTEMPTY if the folder is there already: a version is
 * never changed.
 */
export async function writeModel(
  folder: string,
  manifest: UnwrittenManifest,
  weights: Float32Array,
): Promise<void> {
  const bytes = littleEndian(weights)
  const whole: ModelManifest = {...manifest, weights: {bytes: bytes.length, sha256: sha256(bytes)}}
  const unfinished = `${folder}.unfinished-${process.pid}`
  await mkdir(dirname(folder), {recursive: true})
  await mkdir(unfinished)
  try {
    await writeFile(join(unfinished, WEIGHTS), bytes, {flush: true})
    const text = JSON.stringify({...whole, digest: digestOf(whole)}, undefined, 2)
    await writeFile(join(unfinished, MANIFEST), `${text}\n`, {flush: true})
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, {recursive: true, force: true})
    throw error
  }
}

/** Reads a model. Throws ModelRefusedError if it is missing, cut short, changed, or of another format. */
export async function readModel(folder: string): Promise<ModelArtifact> {
  const manifest = await readManifest(folder)
  const path = join(folder, WEIGHTS)
  const bytes = await contentOf(path)
  const {weights} = manifest
  if (bytes.length !== weights.bytes)
    throw corrupted(path, `it has ${bytes.length} bytes, its manifest says ${weights.bytes}`)
  if (sha256(bytes) !== weights.sha256) throw corrupted(path, 'its content is not what its manifest says')
  if (bytes.length % 4 !== 0) throw corrupted(path, 'it does not hold whole numbers')
  return {manifest, weights: fromLittleEndian(bytes)}
}

/** What a model says of itself. Throws ModelRefusedError as `readModel` does. */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const path = join(folder, MANIFEST)
  const text = (await contentOf(path)).toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw corrupted(path, 'it is not JSON')
  }
  const {data, error} = fileSchema.safeParse(value)
  if (error !== undefined) {
    const [issue] = error.issues
    throw corrupted(path, `${issue?.path.join('.') || 'the manifest'}: ${issue?.message}`)
  }
  const {digest, ...manifest} = data
  if (digest !== digestOf(manifest)) throw corrupted(path, 'it was changed after it was written')
  return manifest
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException
    const problem = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${message})`
    throw new ModelRefusedError('model_missing', `${path}: ${problem}; train a model or name another version`)
  }
}

function corrupted(path: string, problem: string): ModelRefusedError {
  return new ModelRefusedError(
    'model_corrupted',
    `${path}: ${problem}; restore the file, or roll back to another version`,
  )
}

function digestOf(manifest: ModelManifest): string {
  return sha256(Buffer.from(inOneOrder(manifest)))
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function littleEndian(weights: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * weights.length)
  for (const [at, weight] of weights.entries()) bytes.writeFloatLE(weight, 4 * at)
  return bytes
}

function fromLittleEndian(bytes: Buffer): Float32Array {
  return Float32Array.from({length: bytes.length / 4}, (_, at) => bytes.readFloatLE(4 * at))
}
