import type { ReactNode } from 'react';
import { createContext, useContext } from 'react';

/** What is known of a text with expressions. */
export interface Tried {
  /** What an expression can begin with; a helper as `#name(`. */
  readonly names: readonly string[];
  /** What the text comes to, where it could be evaluated. */
  readonly value?: unknown;
  /** Why it could not be. */
  readonly problem?: string;
}

/** Where fields complete their expressions and try them. */
export interface ExpressionPlace {
  /** Where it is tried, as the beginning of a sentence: "Last run". */
  readonly called: string;
  /** What a text comes to there. A hook: call it unconditionally. Of undefined nothing is asked. */
  useTried(text: string | undefined): Tried;
}

const NOTHING: Tried = { names: [] };
const ExpressionContext = createContext<ExpressionPlace | undefined>(undefined);
const NOWHERE: ExpressionPlace = { called: '', useTried: () => NOTHING };

/** Lets the fields below it complete and try expressions. */
export function ExpressionProvider({
  place,
  children,
}: {
  readonly place: ExpressionPlace;
  readonly children: ReactNode;
}) {
  return <ExpressionContext value={place}>{children}</ExpressionContext>;
}

/** Where fields try their expressions; undefined where a form takes none. */
export function useExpressionPlace(): ExpressionPlace | undefined {
  return useContext(ExpressionContext);
}

/** What a field's text comes to where its form tries expressions. */
export function useTried(text: string | undefined): Tried {
  return (useExpressionPlace() ?? NOWHERE).useTried(text);
}

/** Longest value that is shown below a field, characters. */
const LONGEST = 240;

/** One line below a field: what its text comes to. */
export function TriedLine({ of: { value, problem } }: { readonly of: Tried }) {
  const place = useExpressionPlace();
  if (!place || (value === undefined && problem === undefined)) return null;
  const words = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return (
    <span className="gk-tried">
      {place.called}:{' '}
      {problem === undefined ? (
        <code className="gk-mono">{words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words || '(nothing)'}</code>
      ) : (
        <span className="gk-tried-problem">{problem}</span>
      )}
    </span>
  );
}
