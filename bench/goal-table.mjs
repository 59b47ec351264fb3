// The goals and what was measured, as Markdown.

export function goalTable({commit, node, cpu, cores, goals}) {
  return [
    `Commit ${commit}, Node ${node}, ${cpu}, ${cores} cores. Spread: lowest to highest of the runs.`,
    '',
    '| measure | goal | measured | spread | |',
    '|---|---|---|---|---|',
    ...goals.map(
      ({measure, unit, goal, value, spread, holds}) =>
        `| ${[measure, goal, `${figure(value)} ${unit}`, range(spread), holds ? 'held' : '**not held**'].join(' | ')} |`,
    ),
    '',
  ].join('\n')
}

function range(spread = []) {
  if (spread.length < 2) return ''
  return `${figure(Math.min(...spread))} to ${figure(Math.max(...spread))}`
}

function figure(value) {
  return typeof value === 'number' ? value.toLocaleString('en-US') : value
}
