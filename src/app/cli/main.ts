#!/usr/bin/env -S node --max-semi-space-size=64 --initial-old-space-size=512
import {Command, CommanderError} from 'commander'
import {EXIT, explainFailure} from './exit.js'
import {packageVersion} from './package-version.js'

const program = new Command('tripline')
  .description(
    'Real-time fraud detection: declarative rules over event time, alerts that explain and repair themselves.',
  )
  .version(packageVersion())
  .showHelpAfterError('(add --help for what can be said here)')
  .exitOverride()

/** In the order in which help lists them. A command brings its own parts with it: only the one that runs is loaded. */
const COMMANDS: {readonly [name: string]: () => Promise<(program: Command) => void>} = {
  demo: async () => (await import('./command/demo.js')).addDemoCommand,
  run: async () => (await import('./command/run.js')).addRunCommand,
  replay: async () => (await import('./command/replay.js')).addReplayCommand,
  simulate: async () => (await import('./command/simulate.js')).addSimulateCommand,
  export: async () => (await import('./command/export.js')).addExportCommand,
  rules: async () => (await import('./command/rules.js')).addRulesCommand,
  train: async () => (await import('./command/train.js')).addTrainCommand,
  evaluate: async () => (await import('./command/evaluate.js')).addEvaluateCommand,
  models: async () => (await import('./command/models.js')).addModelsCommand,
  'dead-letters': async () => (await import('./command/dead-letters.js')).addDeadLettersCommand,
  forget: async () => (await import('./command/forget.js')).addForgetCommand,
  keys: async () => (await import('./command/keys.js')).addKeysCommand,
  topics: async () => (await import('./command/topics.js')).addTopicsCommand,
  services: async () => (await import('./command/services.js')).addServicesCommand,
  state: async () => (await import('./command/state.js')).addStateCommand,
  doctor: async () => (await import('./command/doctor.js')).addDoctorCommand,
}

const [, , named = ''] = process.argv
for (const [name, load] of Object.entries(COMMANDS)) {
  if (name === named || !Object.hasOwn(COMMANDS, named)) (await load())(program)
}

// A reader such as head closes the pipe when it has enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(EXIT.done)
})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
  } else {
    const {code, message} = explainFailure(error)
    process.stderr.write(`${message}\n`)
    process.exitCode = code
  }
}
