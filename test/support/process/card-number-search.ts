import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {EmbeddedDatabase} from '../../../src/adapters/embedded/database.js'

/** A published test number: valid by Luhn, issued to nobody. */
export const CARD_NUMBER = '4111111111111111'

/** The number as text in any usual spelling, in base64 at any place, or as the bits of a double or an integer. */
const SPELLINGS: readonly (string | RegExp)[] = [
  /4[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1[ -]?1/,
  /4\.1{15}e\+?15/,
  /\\u0034(1|\\u0031){15}/,
  ...base64Forms(CARD_NUMBER),
]

/** Whether text holds the card number in some form. */
export function holdsCardNumber(text: string): boolean {
  return SPELLINGS.some((form) => (typeof form === 'string' ? text.includes(form) : form.test(text)))
}

/** The files below a folder whose raw bytes hold what `isIn` looks for. */
export async function filesHolding(dir: string, isIn: (text: string) => boolean): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await readdir(dir, {recursive: true, withFileTypes: true})) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    // One character per byte: nothing is lost to what is no UTF-8.
    if (isIn(await readFile(path, 'latin1'))) found.push(path)
  }
  return found
}

/** The keys of an embedded database, not compressed, whose entries hold what `isIn` looks for. */
export async function entriesHolding(
  dataDir: string,
  isIn: (text: string) => boolean,
): Promise<readonly string[]> {
  const database = await EmbeddedDatabase.open(dataDir)
  const found: string[] = []
  try {
    const entries = database.level.iterator<string, Buffer>({valueEncoding: 'buffer'})
    for await (const [key, value] of entries) {
      if (isIn(key) || isIn(value.toString('latin1'))) found.push(key)
    }
  } finally {
    await database.close()
  }
  return found
}

/** What base64 makes of a text wherever in the bytes it begins, without the characters that its neighbours share. */
function base64Forms(text: string): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString('base64')
    const whole = encoded.replace(/=+$/, '')
    return whole.slice(offset === 0 ? 0 : offset + 1, whole.length - 1)
  })
}
