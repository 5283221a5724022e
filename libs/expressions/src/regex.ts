import { RE2JS } from 're2js';
import { ExpressionError } from './error.ts';

/** A regular expression of linear time: no input can make it hang. @throws ExpressionError that says what is wrong. */
export function pattern(source: string): RE2JS {
  if (source.length > 1_000) throw new ExpressionError('The regular expression has more than 1000 characters');
  try {
    return RE2JS.compile(source);
  } catch (error) {
    const hint = /\(\?[=!<]|\\\d/.test(source)
      ? '; look-around and back references are not supported, because they can take for ever'
      : '';
    const why = error instanceof Error ? error.message : String(error);
    throw new ExpressionError(`"${source.slice(0, 200)}" is no regular expression: ${why}${hint}`);
  }
}

/** Runs what a pattern does. @throws ExpressionError for a replacement that names a group which is not there. */
export function matched<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw new ExpressionError(error instanceof Error ? error.message : String(error));
  }
}
