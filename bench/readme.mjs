// Puts the newest table of goals into README.md, between its marks: `node bench/readme.mjs`.
import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {goalTable} from './goal-table.mjs'

const BEGIN = '<!-- measured: begin -->\n'
const END = '<!-- measured: end -->'

const [newest] = readdirSync('bench/results')
  .filter((name) => name.endsWith('-goals.json'))
  .map((name) => JSON.parse(readFileSync(`bench/results/${name}`, 'utf8')))
  .sort((a, b) => b.measured_at.localeCompare(a.measured_at))
const text = readFileSync('README.md', 'utf8')
const [before, rest] = text.split(BEGIN)
const [, after] = (rest ?? '').split(END)
if (newest === undefined || after === undefined)
  throw new Error('there is no result, or README.md has no marks')
writeFileSync('README.md', `${before}${BEGIN}${goalTable(newest)}${END}${after}`)
