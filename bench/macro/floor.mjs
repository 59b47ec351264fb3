// The floor: a loop that only parses and stringifies the lines of a file. Prints lines per second.
import {readLines} from '../../dist/adapters/files/line-reader.js'

const [file] = process.argv.slice(2)
const started = performance.now()
let lines = 0
let length = 0
for await (const block of readLines([file])) {
  for (const {bytes} of block) {
    lines++
    try {
      length += JSON.stringify(JSON.parse(bytes.toString('utf8'))).length
    } catch {
      // A broken line costs its parsing.
    }
  }
}
const perSecond = lines / ((performance.now() - started) / 1000)
console.log(JSON.stringify({events_per_second: Math.round(perSecond), length}))
