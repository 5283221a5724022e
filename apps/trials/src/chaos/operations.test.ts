import { expect, test } from 'vitest';
import { chosenScenarios, OPERATION_SCENARIOS, unknownScenarios } from './operations.ts';

test('every scenario and every operation can be chosen by its name, in any company', () => {
  const names = OPERATION_SCENARIOS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, operation } of OPERATION_SCENARIOS) {
    expect(chosenScenarios({ long: false, only: [name] }).map((each) => each.name)).toContain(name);
    expect(chosenScenarios({ long: true, only: [operation] }).every((each) => each.operation === operation)).toBe(true);
    // The names stand beside each other with commas between them.
    expect(unknownScenarios(name.split(','))).toEqual([]);
  }
});

test('a name that is none is told, also beside one that is', () => {
  expect(unknownScenarios(['destroyServerGroup', 'destroyServerGroups'])).toEqual(['destroyServerGroups']);
  expect(unknownScenarios(undefined)).toEqual([]);
});

test('a run that is told nothing takes a few, a long one all', () => {
  expect(chosenScenarios({ long: false, only: undefined })).toHaveLength(3);
  expect(chosenScenarios({ long: true, only: undefined })).toHaveLength(OPERATION_SCENARIOS.length);
});
