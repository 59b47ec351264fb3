import {CONTROL_STREAM} from '../../core/bundle/activation.js'
import {MERCHANTS, type Stream} from '../../core/event/stream.js'

/** A topic from which the engine reads. */
export interface InputTopic {
  readonly topic: string
  /** The stream whose events it holds; undefined: each record names its own. */
  readonly stream: string | undefined
  /** Whether every partition of the engine reads all of it, and not the partition of its own number. */
  readonly isBroadcast: boolean
  /** Whether it holds what partitions have for each other, and no inputs. Default: no. */
  readonly isExchange?: boolean
}

/** Holds inputs that no stream's topic can hold: those of unknown streams, and those whose bytes must not be kept. */
const INTAKE = 'tripline.intake'

/** Holds what partitions tell each other: accepted events for merchants, devices and addresses, and what was found there. */
const EXCHANGE = 'tripline.exchange'

/** Holds what the installation must know though Redis is gone. */
const INSTALLATION = 'tripline.installation'

/** The topics of an installation, all under its namespace. */
export class TopicNames {
  readonly control: string
  readonly intake: string
  readonly exchange: string
  readonly installation: string
  readonly decisions: string
  readonly alerts: string
  readonly late: string
  readonly deadLetters: string

  constructor(private readonly namespace: string) {
    this.control = this.ofStream(CONTROL_STREAM)
    this.intake = this.ofStream(INTAKE)
    this.exchange = this.ofStream(EXCHANGE)
    this.installation = this.ofStream(INSTALLATION)
    this.decisions = this.ofStream('decisions')
    this.alerts = this.ofStream('alerts')
    this.late = this.ofStream('late')
    this.deadLetters = this.ofStream('dead-letters')
  }

  ofStream(stream: string): string {
    return `${this.namespace}.${stream}`
  }

  /** What the engine reads, for the streams of an installation. */
  inputs(streams: ReadonlyMap<string, Stream>): readonly InputTopic[] {
    const own = [...streams.keys()].map((stream) => ({
      topic: this.ofStream(stream),
      stream,
      isBroadcast: stream === MERCHANTS,
    }))
    const intake = {topic: this.intake, stream: undefined, isBroadcast: false}
    const exchange = {topic: this.exchange, stream: undefined, isBroadcast: false, isExchange: true}
    const control = {topic: this.control, stream: CONTROL_STREAM, isBroadcast: true}
    return [...own, intake, exchange, control]
  }

  /** What the engine writes for others to read. */
  get outputs(): readonly string[] {
    return [this.decisions, this.alerts, this.late, this.deadLetters]
  }
}
