import type { StoredEvent } from '@gennaker/contracts/echo';
import { triggerUis } from '@gennaker/triggers/ui';

/** What a type of event is called. */
export function typeWords(type: string): string {
  return triggerUis.find((ui) => ui.type === type)?.label ?? type;
}

/** An event in a few words: what it is, and where it came from. */
export function eventWords({ type, source }: Pick<StoredEvent, 'type' | 'source'>): string {
  return source ? `${typeWords(type)} from ${source}` : typeWords(type);
}
