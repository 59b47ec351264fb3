import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {dirname, join, normalize, sep} from 'node:path'
import {z} from 'zod'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {BundleContent} from '../../core/bundle/bundle-content.js'
import {keepingMore} from '../../core/bundle/kept-fields.js'
import {declaredStreamSchema} from '../../core/event/schemas.js'
import {compileAs} from './compile-as.js'

/*
 * A folder with the bundles of a recorded run: bundles.json says which was in force first and which followed; each has a
 * folder of its own, with bundle.json (settings, declared streams, names of the files) and the files as they were. Besides,
 * models/ holds the versions of the model that scored, a folder each; decisions name them, not the bundle's id.
 */

const INDEX = 'bundles.json'
const DESCRIPTION = 'bundle.json'

export const MODELS_FOLDER = 'models'

const version = z.int().min(1)
const modelsSchema = z.object({versions: z.array(version), last: version.nullable()})

const indexSchema = z.object({
  first: z.string(),
  bundles: z.array(z.string().regex(/^[0-9a-f]{32}$/)),
  /** Exports of before models were among them have none. */
  models: modelsSchema.optional(),
})

/** The versions of the model in a bundle folder. */
export interface RecordedModels {
  readonly versions: readonly number[]
  /** The one in force when it was written; null if there was none. */
  readonly last: number | null
}

const count = z.int().min(0)
const descriptionSchema = z.object({
  settings: z.object({
    time: z.object({
      outOfOrderness: count,
      allowedLateness: count,
      idleTimeout: count,
      maxFutureSkew: count,
      dedupRetention: count,
    }),
    locationMaxAge: count,
    historyCap: count,
    stepBudget: count,
    intake: z.object({eventLimit: count, panExempt: z.array(z.string())}),
  }),
  streams: z.array(declaredStreamSchema),
  files: z.array(z.string()),
})

/** The bundles of a recorded run, ready to run. */
export interface RecordedBundles {
  /** In force where the recording begins. */
  readonly first: Bundle
  readonly byId: ReadonlyMap<string, Bundle>
  /** Undefined in exports of before models were among them. */
  readonly models: RecordedModels | undefined
}

/** The folder does not hold what an export writes. */
export class BundleFolderError extends RangeError {
  constructor(path: string, reason: string) {
    super(`${path}: ${reason}; give the bundle folder that tripline export wrote`)
    this.name = 'BundleFolderError'
  }
}

export async function writeBundleFolder(
  folder: string,
  first: string,
  contents: ReadonlyMap<string, BundleContent>,
  models: RecordedModels,
): Promise<void> {
  for (const [id, {files, settings, streams}] of contents) {
    const own = join(folder, id)
    const description = {settings, streams, files: files.map(({path}) => path)}
    await mkdir(own, {recursive: true})
    await writeJson(join(own, DESCRIPTION), description)
    for (const {path, text} of files) {
      await mkdir(dirname(inside(own, path)), {recursive: true})
      await writeFile(inside(own, path), text)
    }
  }
  await writeJson(join(folder, INDEX), {first, bundles: [...contents.keys()], models})
}

/**
 * Reads and compiles the bundles of a folder. Each keeps of events what any of them asks for: where one follows on
 * another, its rules find the fields that a service reads again from its log.
 */
export async function readBundleFolder(folder: string): Promise<RecordedBundles> {
  const index = await readJson(join(folder, INDEX), indexSchema)
  const compiled: Bundle[] = []
  for (const id of index.bundles) compiled.push(compileAs(id, await readContent(join(folder, id))))
  const byId = new Map<string, Bundle>()
  for (const bundle of compiled) {
    let kept = bundle
    for (const other of compiled) kept = {...kept, ...keepingMore(kept, other.fields)}
    byId.set(bundle.id, kept)
  }
  const first = byId.get(index.first)
  if (first === undefined) throw new BundleFolderError(join(folder, INDEX), `it does not list ${index.first}`)
  return {first, byId, models: index.models}
}

async function readContent(folder: string): Promise<BundleContent> {
  const {settings, streams, files} = await readJson(join(folder, DESCRIPTION), descriptionSchema)
  const texts: {path: string; text: string}[] = []
  for (const path of files) texts.push({path, text: await readFile(inside(folder, path), 'utf8')})
  return {settings, streams, files: texts}
}

/** The place of a file of the bundle, which leads nowhere else. */
function inside(folder: string, path: string): string {
  const place = normalize(path)
  if (place.startsWith('..') || place.startsWith(sep))
    throw new BundleFolderError(folder, `${path} lies outside of it`)
  return join(folder, place)
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(path, 'utf8')
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw new BundleFolderError(path, `it is not what it should be (${(error as Error).message})`)
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`)
}
