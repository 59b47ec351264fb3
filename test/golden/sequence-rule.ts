import type {GoldenRun} from './golden-run.js'

const HEADER = `schema: tripline/rule/v1
id: a-sequence
version: 1
title: What a sequence means
severity: high
action: review
score: 80
`

export interface SequenceOptions {
  readonly key?: string
  /** 1h unless said otherwise. */
  readonly within?: string
  readonly until?: string
  readonly cooldown?: string
}

/** A rule file with these steps, each a line of YAML. */
export function sequence(steps: readonly string[], options: SequenceOptions = {}): string {
  const {key = 'user_id', within = '1h', until, cooldown} = options
  return [
    HEADER,
    `key: ${key}\n`,
    cooldown === undefined ? '' : `cooldown: ${cooldown}\n`,
    `match:\n  sequence:\n    within: ${within}\n`,
    until === undefined ? '' : `    until: ${until}\n`,
    '    steps:\n',
    ...steps.map((step) => `      - ${step}\n`),
  ].join('')
}

/** `<as> <id>` of the evidence of each alert that stands, in the order of their anchors. */
export function evidence({standing}: GoldenRun): readonly string[] {
  return standing.map(({events}) => events.map(({as, id}) => `${as} ${id}`).join(', '))
}
