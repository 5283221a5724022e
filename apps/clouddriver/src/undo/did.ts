import type { Inverse } from '@gennaker/extension-sdk/cloud';
import { sentenceOf } from './sentence.ts';

/** What an operation did, as people read it. */
export function didSentence(
  operation: string,
  description: Readonly<Record<string, unknown>>,
  inverse: Inverse | undefined,
): string {
  if (operation === 'createServerGroup' || operation === 'cloneServerGroup') {
    const [destroys] = inverse && 'operations' in inverse ? inverse.operations : [];
    return destroys ? `makes ${sentenceOf(destroys).replace(/^destroys /, '')}` : 'makes a server group';
  }
  return sentenceOf({ [operation]: { ...description } });
}
