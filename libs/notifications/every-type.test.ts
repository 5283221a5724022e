import { describe, expect, it } from 'vitest';
import { notifications } from './server.ts';

describe.each(Object.values(notifications))('the $type notification', (definition) => {
  it('has examples that its schema takes, whose addresses can be shown without what is secret in them', () => {
    expect(definition.examples.length).toBeGreaterThan(0);
    for (const example of definition.examples) {
      const read: unknown = definition.schema.parse(example);
      const shown = definition.address(read as never);
      expect(shown).not.toBe('');
      expect(shown).not.toMatch(/:\/\/|sig=|key=|token=/);
    }
  });

  it('refuses another type, and settings that nobody knows', () => {
    expect(definition.schema.safeParse({ ...definition.examples[0], type: 'other' }).success).toBe(false);
    expect(definition.settings.safeParse({ colour: 'red' }).success).toBe(false);
  });
});
