import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

/** Which traffic a demo plays. The same plan always plays the same traffic. */
export interface DemoPlan {
  readonly seed: number
  readonly users: number
  readonly days: number
}

interface Manifest {
  readonly plan: DemoPlan
  /** Id of the bundle under which it is played. */
  readonly bundle: string
  readonly finished: boolean
}

/**
 * The demo's own data directory. A demo that was killed goes on where it stopped; one that finished, or that played
 * other traffic or with other rules, is cleared away before the next begins.
 */
export async function prepareDemoDir(dir: string, plan: DemoPlan, bundle: string): Promise<void> {
  const manifest = await readManifest(dir)
  const isSame = manifest?.bundle === bundle && samePlan(manifest.plan, plan)
  if (!isSame || manifest.finished) await rm(join(dir, 'db'), {recursive: true, force: true})
  await writeManifest(dir, {plan, bundle, finished: false})
}

export async function markDemoFinished(dir: string, plan: DemoPlan, bundle: string): Promise<void> {
  await writeManifest(dir, {plan, bundle, finished: true})
}

async function readManifest(dir: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, 'demo.json'), 'utf8')) as Manifest
  } catch {
    // None yet, or not ours: the demo begins anew.
    return undefined
  }
}

async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  await mkdir(dir, {recursive: true})
  const path = join(dir, 'demo.json')
  await writeFile(`${path}.new`, `${JSON.stringify(manifest)}\n`)
  await rename(`${path}.new`, path)
}

function samePlan(a: DemoPlan, b: DemoPlan): boolean {
  return a.seed === b.seed && a.users === b.users && a.days === b.days
}
