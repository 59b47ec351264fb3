import {inspect} from 'node:util'
import {expect, it} from 'vitest'
import {type ExperimentName, isChosen, type Outcome, report} from './outcome.js'
import type {Recording} from './recording.js'
import {Scene} from './scene.js'

const TOLD = 5

/**
 * An experiment: `play` brings workers and faults on a scene; then what was published is held against the recomputation,
 * every input has to be accounted for, and the workers that are left end when they are told to.
 */
export function experiment(
  name: ExperimentName,
  title: string,
  recording: () => Promise<Recording>,
  play: (scene: Scene) => Promise<void>,
): void {
  it.skipIf(!isChosen(name))(`${name} ${title}`, async () => {
    const begun = performance.now()
    const scene = await Scene.set(await recording())
    const found = {
      lost: 0,
      doubled: 0,
      repeated: 0,
      fenced_commits: 0,
      recovery_seconds: null as number | null,
    }
    let failure: unknown
    try {
      await play(scene)
      const finding = await scene.judged()
      const {lost, doubled, repeated} = finding
      Object.assign(found, {lost: lost.length, doubled: doubled.length, repeated})
      found.fenced_commits = scene.fencedCommits
      found.recovery_seconds = scene.recovery(finding)
      expect({lost: lost.slice(0, TOLD), doubled: doubled.slice(0, TOLD)}).toEqual({lost: [], doubled: []})
      await scene.balance()
      for (const worker of scene.running) expect(await worker.end('SIGTERM')).toEqual({code: 0, signal: null})
    } catch (error) {
      failure = error
    }
    const said = scene.workers.map(({output}) => output.slice(-3_000)).join('\n---\n')
    await scene.clear()
    const outcome: Outcome = {
      ...{experiment: name, title, ...found},
      seconds: Math.round((performance.now() - begun) / 1000),
      verdict: failure === undefined ? 'held' : 'broken',
      ...(failure instanceof Error ? {detail: failure.message.slice(0, 500)} : {}),
    }
    await report(outcome)
    if (failure !== undefined) throw new Error(`${inspect(failure, {depth: 9})}\n${said}`)
  })
}
