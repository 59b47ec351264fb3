/*
 * Lets `node --import <this file>` run the project's TypeScript as it stands, without a build: for processes that a
 * test starts and kills.
 */
import {readFile} from 'node:fs/promises'
import {register} from 'node:module'
import {isMainThread} from 'node:worker_threads'

// Hooks run in a thread of their own, which loads this file again; the compiler is needed only there.
if (isMainThread) register(import.meta.url)
const ts = isMainThread ? undefined : (await import('typescript')).default

export async function resolve(specifier, context, nextResolve) {
  const fromTypeScript = context.parentURL?.endsWith('.ts') && specifier.startsWith('.')
  return nextResolve(fromTypeScript ? specifier.replace(/\.js$/, '.ts') : specifier, context)
}

export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context)
  const text = await readFile(new URL(url), 'utf8')
  const {ESNext: module} = ts.ModuleKind
  const {ES2022: target} = ts.ScriptTarget
  const compilerOptions = {module, target, verbatimModuleSyntax: true}
  const source = ts.transpileModule(text, {compilerOptions, fileName: url}).outputText
  return {format: 'module', source, shortCircuit: true}
}
