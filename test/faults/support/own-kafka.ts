import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {type BackgroundProcess, isRunning} from '../../../src/app/services/background-process.js'
import {bringUp} from '../../../src/app/services/local-services.js'
import {until} from './scene.js'

/** The broker that was brought up for the experiments, and for nobody else. */
export class OwnKafka {
  constructor(private readonly dir = process.env.TRIPLINE_FAULTS_SERVICES ?? '') {}

  /** Without a word to anybody. Resolves when it is gone. */
  async kill(): Promise<void> {
    const text = await readFile(join(this.dir, 'kafka.json'), 'utf8')
    const {process: broker} = JSON.parse(text) as {readonly process: BackgroundProcess}
    process.kill(broker.pid, 'SIGKILL')
    await until(async () => !(await isRunning(broker)), 'the end of the broker')
  }

  /** Again with the same address and data. */
  async bringUp(): Promise<void> {
    await bringUp(this.dir, ['kafka'], () => undefined)
  }
}
