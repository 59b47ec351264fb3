/** A metric that an expression reads, with the labels that it names: in braces, and in the aggregations around it. */
export interface Selector {
  readonly metric: string
  readonly labels: readonly string[]
}

const TOKEN =
  /\s+|(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*")|(\[(?:\d+(?:ms|[smhdwy])|\$__rate_interval)\])|([a-zA-Z_:][\w:]*)|(=~|!~|!=|==|>=|<=|[-+*/%^<>=(){},])/gy

const AGGREGATIONS = new Set(['sum', 'min', 'max', 'avg', 'count', 'topk', 'quantile'])
const FUNCTIONS = new Set(['rate', 'increase', 'histogram_quantile', 'abs', 'clamp_min'])
const OPERATORS = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '==',
  '!=',
  '>',
  '<',
  '>=',
  '<=',
  'and',
  'or',
  'unless',
])
const NEEDS_RANGE = new Set(['rate', 'increase'])

/** Reads the part of PromQL that dashboards and alert rules here use. Throws SyntaxError for anything else. */
export function selectorsOf(expression: string): readonly Selector[] {
  const reader = new Reader(tokensOf(expression), expression)
  const selectors = reader.expression()
  reader.end()
  return selectors
}

function tokensOf(expression: string): readonly string[] {
  const tokens: string[] = []
  let at = 0
  while (at < expression.length) {
    TOKEN.lastIndex = at
    const [token] = TOKEN.exec(expression) ?? []
    if (token === undefined)
      throw new SyntaxError(`${expression}: cannot be read from ${expression.slice(at)}`)
    at += token.length
    if (token.trim() !== '') tokens.push(token)
  }
  return tokens
}

class Reader {
  private at = 0

  constructor(
    private readonly tokens: readonly string[],
    private readonly text: string,
  ) {}

  end(): void {
    if (this.at < this.tokens.length) this.fail(`${this.peek()} is not expected`)
  }

  /** Operands with operators between them. */
  expression(): Selector[] {
    const selectors = this.operand()
    while (OPERATORS.has(this.peek())) {
      this.at++
      if (this.peek() === 'on' || this.peek() === 'ignoring') {
        this.at++
        this.labelList()
      }
      selectors.push(...this.operand())
    }
    return selectors
  }

  private operand(): Selector[] {
    const token = this.next()
    if (/^\d/.test(token)) return []
    if (token === '(') {
      const inner = this.expression()
      this.expect(')')
      return inner
    }
    if (!/^[a-zA-Z_:]/.test(token) || OPERATORS.has(token)) this.fail(`${token} is no operand`)
    if (AGGREGATIONS.has(token) && (this.peek() === '(' || this.peek() === 'by')) return this.aggregation()
    if (FUNCTIONS.has(token)) return this.arguments(token)
    if (this.peek() === '(') this.fail(`${token} is no function that is known here`)
    return [this.selector(token)]
  }

  private aggregation(): Selector[] {
    let labels: readonly string[] = []
    if (this.peek() === 'by') {
      this.at++
      labels = this.labelList()
    }
    this.expect('(')
    const inner = this.expression()
    this.expect(')')
    return inner.map((selector) => ({...selector, labels: [...selector.labels, ...labels]}))
  }

  private arguments(name: string): Selector[] {
    this.expect('(')
    const selectors = this.expression()
    if (NEEDS_RANGE.has(name) && !this.tokens[this.at - 1]?.startsWith('['))
      this.fail(`${name} needs a range`)
    while (this.peek() === ',') {
      this.at++
      selectors.push(...this.expression())
    }
    this.expect(')')
    return selectors
  }

  private selector(metric: string): Selector {
    const labels: string[] = []
    if (this.peek() === '{') {
      this.at++
      while (this.peek() !== '}') {
        labels.push(this.next())
        if (!['=', '!=', '=~', '!~'].includes(this.next())) this.fail('a matcher has no operator')
        if (!this.next().startsWith('"')) this.fail('the value of a label is a text')
        if (this.peek() === ',') this.at++
      }
      this.at++
    }
    if (this.peek().startsWith('[')) this.at++
    return {metric, labels}
  }

  private labelList(): readonly string[] {
    const labels: string[] = []
    this.expect('(')
    while (this.peek() !== ')') {
      labels.push(this.next())
      if (this.peek() === ',') this.at++
    }
    this.at++
    return labels
  }

  private peek(): string {
    return this.tokens[this.at] ?? ''
  }

  private next(): string {
    const token = this.tokens[this.at++]
    return token ?? this.fail('something is missing at the end')
  }

  private expect(token: string): void {
    if (this.next() !== token) this.fail(`${token} is missing`)
  }

  private fail(why: string): never {
    throw new SyntaxError(`${this.text}: ${why}`)
  }
}
