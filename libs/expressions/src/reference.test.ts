import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ExpressionError } from './error.ts';
import { evaluated } from './evaluate.ts';
import { jsonText, parseJson } from './json.ts';
import { type Options, Surroundings } from './surroundings.ts';

const answersSchema = z.object({
  context: z.record(z.string(), z.unknown()),
  answers: z.array(z.object({ expr: z.string(), ok: z.boolean(), value: z.unknown().optional() })),
});

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { context, answers } = answersSchema.parse(parseJson(readFileSync(here('./reference.fixture.json'), 'utf8')));

const options: Options = { unknownKeys: 'error', systemProperties: 'none', now: 1_700_000_000_000, seed: 'reference' };

/** What an expression gives, as JSON, or that it is refused. */
function outcome(expr: string, names: Readonly<Record<string, unknown>>): string {
  const lookup = (name: string): unknown => (Object.hasOwn(names, name) ? names[name] : undefined);
  try {
    return jsonText(evaluated(expr, new Surroundings({ lookup }, options)));
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionError);
    return 'refused';
  }
}

/** JSON with numbers as JavaScript knows them: `4.0` is `4`. */
const normal = (text: string): string => (text === 'refused' ? text : JSON.stringify(JSON.parse(text)));

describe('expressions mean what they mean in Spring (answers of spring-expression 4.3.30)', () => {
  it.each(answers.map((answer) => [answer.expr, answer] as const))('%s', (expr, { ok, value }) => {
    expect(normal(outcome(expr, context))).toBe(ok ? normal(jsonText(value)) : 'refused');
  });

  it('the reference asks enough', () => {
    expect(answers.length).toBeGreaterThan(350);
  });
});

describe('where they differ on purpose', () => {
  it.each([
    ["''.class", 'refused'],
    ["''.getClass()", 'refused'],
    ["l.getClass().forName('java.lang.Runtime')", 'refused'],
    ['T(String)', 'refused'],
    ['l.add(5)', 'refused'],
    ["m.put('a', 1)", 'refused'],
    ["'aa' matches '(?=a)a+'", 'refused'],
    ['l.stream()', 'refused'],
  ])('%s is %s', (expr, expected) => {
    expect(outcome(expr, context)).toBe(expected);
  });

  it("a map's entries have a key and a value, on every Java version's behalf", () => {
    expect(outcome("m.?[key == 'k']", context)).toBe('{"k":"V"}');
    expect(outcome('m.![key]', context)).toBe('["k","a","l","empty"]');
  });
});

const more = here('../../../../shared/expressions');
const names = existsSync(more) ? parseJson(readFileSync(`${more}/context.json`, 'utf8')) : context;
const golden = existsSync(more)
  ? answersSchema.shape.answers.parse(parseJson(readFileSync(`${more}/golden.json`, 'utf8')))
  : [];
/** What reads a clock or chance, or what a running system knows, is compared elsewhere. */
const changing = /new java\.util\.(Date|Random)\(\)|#pipelineId|#triggerResolvedArtifact\b|#cfServiceKey|#currentStage/;
const fixed = golden.filter(({ expr }) => !changing.test(expr));

describe(`expressions of public pipelines (${fixed.length} of ../shared/expressions; none where that folder is absent)`, () => {
  it('all have the value, or the refusal, that Spring gives', () => {
    const wrong = fixed.filter(
      ({ expr, ok, value }) =>
        normal(outcome(expr, z.record(z.string(), z.unknown()).parse(names))) !==
        (ok ? normal(jsonText(value)) : 'refused'),
    );
    expect(wrong.map(({ expr }) => expr)).toEqual([]);
  });
});
