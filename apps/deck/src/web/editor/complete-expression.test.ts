import { expect, it } from 'vitest';
import { completionsOf } from './complete-expression.ts';

const names = ['parameters', 'parameters.version', 'trigger', '#stage(', '#toJson('];

it.each<[string, readonly string[]]>([
  ['v${par', ['v${parameters', 'v${parameters.version']],
  ['${parameters.', ['${parameters.version']],
  ['${ #st', ['${ #stage(']],
  ['${#toJson(tr', ['${#toJson(trigger']],
  ['${a} ${', names.map((name) => `\${a} \${${name}`)],
  ['${a} par', []],
  ['plain', []],
  ["${#stage('x').", []],
])('%s is completed to %j', (text, expected) => {
  expect(completionsOf(text, names)).toEqual(expected);
});
