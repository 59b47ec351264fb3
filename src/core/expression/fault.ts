/** Where something stands in an expression: character offsets into its text, end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** What is wrong at a place of an expression, and what to write instead. */
export interface ExpressionFault extends Span {
  readonly message: string
  readonly remedy: string
}
