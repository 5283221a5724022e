import type { Env } from '../messages.ts';
import type { ExecutionState, StageState } from '../model.ts';
import { expressionScope } from '../scope.ts';

/** An expression that has no value before the run, or never has one. */
interface Finding {
  /** Where it stands in the stage. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
  /** It has a value, which only a run can tell. */
  readonly untilRun?: true;
}

/** Of `execution`, what is the same before and during the run. */
const FIXED = new Set(['application', 'name', 'type', 'pipelineConfigId', 'trigger', 'authentication']);

/**
 * Expressions of a stage before it runs. One that asks for what an earlier stage puts out, or how it ended, stays as it
 * is: its value now (a default, NOT_STARTED) would not be its value then.
 */
export class Foreseen {
  readonly findings: Finding[] = [];
  readonly #state: ExecutionState;
  readonly #stage: StageState;
  readonly #env: Env;
  readonly #later: boolean;

  /** `later`: something runs before this stage. */
  constructor(state: ExecutionState, stage: StageState, env: Env, later: boolean) {
    this.#state = state;
    this.#stage = stage;
    this.#env = env;
    this.#later = later;
  }

  /** True when something is known only at run time. */
  get open(): boolean {
    return this.findings.length > 0;
  }

  /** A value with its expressions resolved where that can be done. */
  resolve(value: unknown, path = ''): unknown {
    if (typeof value === 'string') {
      if (!value.includes('${')) return value;
      const { value: result, known, problem } = this.text(value);
      if (known && problem === undefined) return result;
      this.findings.push(
        known
          ? { path, message: problem ?? `${value} has no value`, fix: 'correct the expression' }
          : {
              path,
              message: `${value} is known only at run time`,
              fix: 'nothing is to be done, if an earlier stage gives it',
              untilRun: true,
            },
      );
      return value;
    }
    const at = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
    if (Array.isArray(value)) return value.map((item, index) => this.resolve(item, at(index)));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolve(item, at(key))]));
  }

  /** One text with expressions: its value, whether it can be known now, and what is wrong with it. */
  text(text: string): { readonly value: unknown; readonly known: boolean; readonly problem?: string } {
    const scope = expressionScope(this.#state, this.#stage);
    let known = true;
    const lookup = (name: string): unknown => {
      const found = scope.lookup(name);
      if (name === 'execution') known &&= onlyFixed(text);
      else if (found === undefined && this.#later) known = false;
      return found;
    };
    try {
      const { value, problems, lookups = [] } = this.#env.resolve(text, { ...scope, lookup });
      const [problem] = problems;
      // What is asked of the outside is asked when it runs.
      known &&= lookups.length === 0;
      return { value, known, ...(problem ? { problem: problem.description } : {}) };
    } catch (error) {
      return { value: text, known, problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** Does a text ask `execution` for nothing but what a run does not change? */
function onlyFixed(text: string): boolean {
  const asked = [...text.matchAll(/\bexecution\b\s*(?:\?)?(?:\.\s*(\w+)|\[\s*['"](\w+)['"]\s*\])?/g)];
  return (
    asked.length > 0 &&
    asked.every((match) => FIXED.has(match[1] ?? match[2] ?? '')) &&
    !/#(stage|judge?ment)/i.test(text)
  );
}
