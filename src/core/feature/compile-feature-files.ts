import type {Stream} from '../event/stream.js'
import {byPlace, isError, type SourceFault, type SourceFile} from '../source/source-fault.js'
import {readYaml, schemaNameOf} from '../source/yaml-document.js'
import {compileViews} from './compile-views.js'
import type {FeatureSet} from './feature-set.js'
import {FEATURE_VIEW_SCHEMA} from './view-file.js'

/** Compiles feature views by themselves, without the rest of a bundle. Undefined if there are errors. */
export function compileFeatureFiles(
  files: readonly SourceFile[],
  streams: ReadonlyMap<string, Stream>,
): {readonly set: FeatureSet | undefined; readonly faults: readonly SourceFault[]} {
  const faults: SourceFault[] = []
  const views = files.flatMap((file) => {
    const raw = readYaml(file)
    faults.push(...raw.faults)
    return schemaNameOf(raw.data) === FEATURE_VIEW_SCHEMA ? [{path: file.path, raw}] : []
  })
  const set = compileViews(views, {streams, lists: new Map()}, faults)
  faults.sort(byPlace)
  return {set: faults.some(isError) ? undefined : set, faults}
}
