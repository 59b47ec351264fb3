import {type Alias, type Document, isAlias, isNode, isScalar, visit, type YAMLError} from 'yaml'

/** Something that a YAML text holds and should not: where, what, and what to write instead. */
export interface YamlFault {
  readonly offset: number
  readonly message: string
  readonly remedy: string
}

/** So many aliases may stand for an anchor: enough for honest use, too few for a bomb. */
const ALIAS_LIMIT = 100

/** Control characters, and what decoders put in the place of bytes that mean nothing. */
const NOT_WRITTEN = /[^\P{Cc}\t\n\r]|\ufffd/u

/** A character that no text file holds: the rest is not worth reading. */
export function characterFault(text: string): YamlFault | undefined {
  const found = NOT_WRITTEN.exec(text)
  if (found === null) return undefined
  const [character] = found
  if (character === '\ufffd') {
    return {offset: found.index, message: 'the file is not UTF-8 text', remedy: 'save it as UTF-8'}
  }
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  const message = `there is an invisible control character (U+${code})`
  return {offset: found.index, message, remedy: 'remove it'}
}

const SYNTAX_FAULTS: {readonly [code: string]: readonly [message: string, remedy: string]} = {
  MULTIPLE_DOCS: ['the file holds several documents', 'give each its own file'],
  NON_STRING_KEY: ["a field's name is a list or a map", 'write a plain name'],
  TAB_AS_INDENT: ['a tab is used for indentation', 'indent with spaces'],
}

/** An error or warning of the YAML parser, in words of this project. */
export function syntaxFault({code, message, pos}: YAMLError): YamlFault {
  const [what, remedy] = SYNTAX_FAULTS[code] ?? [
    `this is not YAML: ${message}`,
    "put conditions inside {…}, those that begin with ! and those that hold ': ' in quotes",
  ]
  return {offset: pos[0], message: what, remedy}
}

/** What YAML allows and plain data has no room for. Empty: the document can be turned into data. */
export function vettedFaults(document: Document.Parsed): readonly YamlFault[] {
  const faults: YamlFault[] = []
  const aliases: Alias[] = []
  const {version, explicit} = document.directives?.yaml ?? {}
  if (explicit === true && version !== '1.2') {
    faults.push({offset: 0, message: `this is YAML ${version}`, remedy: 'remove the %YAML line: 1.2 is read'})
  }
  visit(document, {
    Map: (_, {items}) => {
      const names = new Set<string>()
      for (const {key} of items) {
        if (!isScalar(key)) continue
        const name = String(key.value)
        const fault = names.has(name) ? WRITTEN_TWICE : NAME_FAULTS.get(name)
        if (fault !== undefined) faults.push({offset: offsetOf(key), ...fault})
        names.add(name)
      }
    },
    Alias: (_, alias) => {
      aliases.push(alias)
    },
  })
  const surplus = aliases[ALIAS_LIMIT]
  if (surplus !== undefined) return [...faults, tooManyAliases(offsetOf(surplus))]
  for (const alias of aliases) {
    const fault = aliasFault(alias, document)
    if (fault !== undefined) faults.push({offset: offsetOf(alias), ...fault})
  }
  return faults
}

/** The document as plain data; a fault if its aliases stand for too much. `vettedFaults` found nothing in it. */
export function plainData(document: Document.Parsed): {readonly data: unknown} | YamlFault {
  try {
    return {data: document.toJS({maxAliasCount: ALIAS_LIMIT})}
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return tooManyAliases(0)
  }
}

const WRITTEN_TWICE = {message: 'a field is written twice', remedy: 'remove one of them'}

const NAME_FAULTS: ReadonlyMap<string, Omit<YamlFault, 'offset'>> = new Map([
  ['<<', {message: 'merge keys are not supported', remedy: 'write the fields out'}],
  ['__proto__', {message: '__proto__ cannot be the name of a field', remedy: 'choose another name'}],
])

function tooManyAliases(offset: number): YamlFault {
  const message = `more than ${ALIAS_LIMIT} aliases stand for its anchors`
  return {offset, message, remedy: 'write the values out'}
}

function aliasFault(alias: Alias, document: Document.Parsed): Omit<YamlFault, 'offset'> | undefined {
  const node = alias.resolve(document)
  if (node === undefined || isAlias(node)) {
    return {message: `no anchor before it is called ${alias.source}`, remedy: 'write the value out'}
  }
  const isInside = (node.range?.[0] ?? 0) <= offsetOf(alias) && offsetOf(alias) < (node.range?.[1] ?? 0)
  return isInside
    ? {message: `the alias ${alias.source} stands inside what it stands for`, remedy: 'write the value out'}
    : undefined
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}
