import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {ensureBuilt, PROJECT} from '../support/process/built-program.js'
import {tripline} from '../support/process/tripline.js'

const documents = [
  'README.md',
  ...readdirSync(join(PROJECT, 'docs'), {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]
const textOf = (document: string): string => readFileSync(join(PROJECT, document), 'utf8')

/** Each `npx tripline …` of a text, as its words up to a shell operator. */
function commandsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/npx tripline ([^`\n]*)/g)].map(([, words = '']) =>
    (words.split(/&&|\||>|#/)[0] as string).trim().split(/\s+/),
  )
}

beforeAll(ensureBuilt, 120_000)

describe.each(documents)('%s', (document) => {
  test('links to files that exist', () => {
    const targets = [...textOf(document).matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => target)
    const local = targets.filter((target) => !target.startsWith('http'))
    expect(local.filter((target) => !existsSync(join(PROJECT, dirname(document), target)))).toEqual([])
  })
})

test('every command that a document names exists, with the options it gives', async () => {
  const commands = documents.flatMap((document) => commandsIn(textOf(document)))
  expect(commands.length).toBeGreaterThan(5)
  const distinct = [...new Map(commands.map((words) => [words.join(' '), words])).values()]
  for (const words of distinct) {
    if (words[0]?.startsWith('-')) continue
    const isWord = (word: string) => /^[a-z-]+$/.test(word) && !word.startsWith('-')
    const path = words.slice(
      0,
      Math.max(
        1,
        words.findIndex((word) => !isWord(word)) === -1
          ? words.length
          : words.findIndex((word) => !isWord(word)),
      ),
    )
    const help = await tripline([...path, '--help'])
    expect([words.join(' '), help.code]).toEqual([words.join(' '), 0])
    for (const option of words.filter((word) => word.startsWith('--'))) expect(help.stdout).toContain(option)
  }
}, 60_000)
