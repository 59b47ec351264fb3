import {escaped} from './svg-plot.js'

export interface HtmlReport {
  readonly title: string
  /** What was done, in a sentence or two. */
  readonly introduction: string
  /** The first row names the columns. */
  readonly table: readonly (readonly string[])[]
  /** As SVG. */
  readonly plots: readonly string[]
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;color:#111827;margin:2rem auto;max-width:920px;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}th,td{padding:.3rem .8rem;border-bottom:1px solid #e5e7eb;text-align:right}
th:first-child,td:first-child{text-align:left}.plots{display:flex;flex-wrap:wrap;gap:1rem}svg{max-width:100%;height:auto}`

/** One page that needs no other file. */
export function htmlReport({title, introduction, table, plots}: HtmlReport): string {
  const [head = [], ...rows] = table
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(introduction)}</p>
<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>
<div class="plots">${plots.join('\n')}</div>
</body>
</html>
`
}
