import {declarations, type Frame, isErrorCode, newFrame} from './frame.js'
import type {AggregateTerm, Term} from './term.js'

/** What runs before, for each member with its value in `v`, and after. `n` is the number of members. */
interface Loop {
  readonly before: string
  readonly each: string
  readonly result: string
}

const LOOPS: Readonly<Record<Exclude<AggregateTerm['name'], 'count'>, Loop>> = {
  sum: {before: 'let total = 0', each: 'total += v', result: 'total'},
  avg: {before: 'let total = 0', each: 'total += v', result: 'total / n'},
  min: {before: 'let least = Infinity', each: 'if (v < least) least = v', result: 'n === 0 ? NaN : least'},
  max: {before: 'let most = -Infinity', each: 'if (v > most) most = v', result: 'n === 0 ? NaN : most'},
  // Welford's method: exact 0 for equal values, and no catastrophic cancellation.
  stddev: {
    before: 'let mean = 0, squares = 0',
    each: 'const delta = v - mean; mean += delta / (i + 1); squares += delta * (v - mean)',
    result: 'Math.sqrt(squares / n)',
  },
  // Most windows hold few values: a set is made only for many.
  distinct: {
    before: 'let many; const few = []',
    each:
      'if (many !== undefined) many.add(v); ' +
      'else if (!few.includes(v)) { few.push(v); if (few.length > 16) many = new Set(few) }',
    result: 'many === undefined ? few.length : many.size',
  },
}

/** A call of a function of its own, which loops over the group. An error for one member is the result. */
export function emitAggregate(
  term: AggregateTerm,
  frame: Frame,
  emit: (term: Term, frame: Frame) => string,
): string {
  const {program} = frame
  const name = `g${program.functions.length}`
  // Reserves the name before the argument is written.
  const position = program.functions.push('') - 1
  program.functions[position] =
    term.name === 'count' || term.argument === undefined
      ? countFunction(name, term.group.slot)
      : loopFunction(
          name,
          term.group.slot,
          LOOPS[term.name as keyof typeof LOOPS],
          term.argument,
          frame,
          emit,
        )
  return `${name}(e)`
}

function countFunction(name: string, slot: number): string {
  return `function ${name}(e) { const group = e.groups[${slot}]; return group === undefined ? NaN : group.length }\n`
}

function loopFunction(
  name: string,
  slot: number,
  loop: Loop,
  argument: Term,
  frame: Frame,
  emit: (term: Term, frame: Frame) => string,
): string {
  const inner = newFrame(frame.program, false)
  const value = emit(argument, inner)
  const failed = isErrorCode(argument.type, {first: 'v', again: 'v'})
  const notPlain = argument.type === 'dyn' ? ` || typeof v === 'object'` : ''
  return `function ${name}(e) {
const group = e.groups[${slot}];
if (group === undefined) return NaN;
const n = group.length;
${declarations(inner)}${loop.before};
for (let i = 0; i < n; i++) {
const m = group[i];
const v = ${value};
if (${failed}${notPlain}) return NaN;
${loop.each};
}
return ${loop.result};
}
`
}
