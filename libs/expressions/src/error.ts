/** An expression that cannot be read or evaluated: the only error that this package throws. */
export class ExpressionError extends Error {
  /** Character in the expression, from 0, where it is known. */
  readonly at: number | undefined;
  constructor(message: string, at?: number) {
    super(message);
    this.name = 'ExpressionError';
    this.at = at;
  }
}
