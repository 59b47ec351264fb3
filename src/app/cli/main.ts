#!/usr/bin/env node
import {Command, CommanderError} from 'commander'
import {addDeadLettersCommand} from './command/dead-letters.js'
import {addDemoCommand} from './command/demo.js'
import {addDoctorCommand} from './command/doctor.js'
import {addReplayCommand} from './command/replay.js'
import {addRulesCommand} from './command/rules.js'
import {addRunCommand} from './command/run.js'
import {addSimulateCommand} from './command/simulate.js'
import {EXIT, explainFailure} from './exit.js'
import {packageVersion} from './package-version.js'

const program = new Command('tripline')
  .description(
    'Real-time fraud detection: declarative rules over event time, alerts that explain and repair themselves.',
  )
  .version(packageVersion())
  .showHelpAfterError('(add --help for what can be said here)')
  .exitOverride()

addDemoCommand(program)
addRunCommand(program)
addReplayCommand(program)
addSimulateCommand(program)
addRulesCommand(program)
addDeadLettersCommand(program)
addDoctorCommand(program)

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
