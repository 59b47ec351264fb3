import type {DeclaredStream} from '../event/schemas.js'
import {streamsWith} from '../event/stream.js'
import type {SourceFile} from '../source/source-fault.js'
import type {BundleSettings} from './bundle.js'
import {type CompiledBundle, compileBundle} from './compile-bundle.js'

/** All that a bundle is compiled from, as plain data: what is kept of it compiles to the same bundle. */
export interface BundleContent {
  /** Every YAML file of the rules and features folders. */
  readonly files: readonly SourceFile[]
  readonly settings: BundleSettings
  /** Streams besides the built-in ones. */
  readonly streams: readonly DeclaredStream[]
}

export function compileContent({files, settings, streams}: BundleContent): CompiledBundle {
  return compileBundle({files, settings, streams: streamsWith(streams)})
}
