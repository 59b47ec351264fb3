// Finds k6, or says how to get it.
import {execFileSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {delimiter, join} from 'node:path'

const HOW = `k6 was not found. With Go: go install go.k6.io/k6@latest (it goes to $(go env GOPATH)/bin, which is looked at, too);
else see https://grafana.com/docs/k6/latest/set-up/install-k6/`

export function k6Binary() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...goFolders()]
  const found = folders.map((folder) => join(folder, 'k6')).find((path) => existsSync(path))
  if (found === undefined) throw new Error(HOW)
  return found
}

function goFolders() {
  try {
    return [join(execFileSync('go', ['env', 'GOPATH'], {encoding: 'utf8'}).trim(), 'bin')]
  } catch {
    return []
  }
}
