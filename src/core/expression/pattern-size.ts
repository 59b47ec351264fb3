const REPETITION = /^\{(\d+)(?:,(\d*))?\}/

/**
 * About how many steps a regular expression compiles to, told from its text alone: repetitions are written out, and
 * nested ones multiply, so that compiling a short pattern can take seconds.
 */
export function patternSize(source: string): number {
  /** The size of each group that is open, the outermost first. */
  const open = [0]
  let last = 0
  const add = (size: number): void => {
    open.push((open.pop() ?? 0) + size)
  }
  for (let at = 0; at < source.length; ) {
    const char = source[at]
    const repetition = char === '{' ? REPETITION.exec(source.slice(at)) : null
    if (repetition !== null) {
      const [text, from, to] = repetition
      const times = Math.max(Number(from), Number(to || 0))
      add(last * (times - 1))
      last *= times
      at += text.length
      continue
    }
    if (char === '(') open.push(0)
    else {
      last = char === ')' && open.length > 1 ? (open.pop() ?? 0) + 2 : 1
      add(last)
    }
    at = char === '\\' ? at + 2 : char === '[' ? endOfClass(source, at) : at + 1
  }
  return open.reduce((sum, size) => sum + size, 0)
}

/** Where what follows a class such as `[a-z]` begins. A bracket that stands first is a member of it. */
function endOfClass(source: string, start: number): number {
  const first = start + (source[start + 1] === '^' ? 2 : 1)
  for (let at = first; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === ']' && at > first) return at + 1
  }
  return source.length
}
