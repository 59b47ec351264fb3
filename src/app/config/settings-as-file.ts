import type {Config} from './config.js'

/** What a configuration file would hold to give these settings again, wherever each came from. JSON is YAML. */
export function settingsAsFile({settings}: Pick<Config, 'settings'>): string {
  const file: {[section: string]: unknown} = {}
  for (const [name, {written}] of settings) {
    const path = name.split('.')
    const last = path.pop() as string
    let section = file
    for (const part of path) {
      section[part] ??= {}
      section = section[part] as {[section: string]: unknown}
    }
    section[last] = written
  }
  return JSON.stringify(file)
}
