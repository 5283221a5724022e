import { readFileSync } from 'node:fs';
import { stages } from '@gennaker/stages/server';
import { strategies } from '@gennaker/strategies/server';
import { triggers } from '@gennaker/triggers/server';
import { describe, expect, it } from 'vitest';
import { checkPipeline } from '@gennaker/documents/check-pipeline';
import { readJsonObject } from '@gennaker/documents/json-text';

const page = readFileSync(new URL('../../../../docs/reference/pipeline-json.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const known = {
  stageTypes: new Set(Object.keys(stages)),
  triggerTypes: new Set(Object.keys(triggers)),
  accounts: new Set(['local-gce']),
  strategies: Object.values(strategies),
};

describe('the reference of the pipeline JSON', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(3);
  });

  it.each(examples)('shows what can be saved and run: %s', (text) => {
    const { document } = readJsonObject(new TextEncoder().encode(text));
    const { pipeline, warnings } = checkPipeline(document, known);
    expect(warnings).toEqual([]);
    for (const stage of pipeline.stages ?? []) {
      const parsed = stages[stage.type]?.schema.safeParse(stage);
      expect(parsed?.error?.issues).toBeUndefined();
    }
  });

  it('names every stage and trigger type of this build', () => {
    for (const type of [...known.stageTypes, ...known.triggerTypes]) expect(page).toContain(`\`${type}\``);
  });
});
