import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ApiDocument, answerCheck } from '@gennaker/fixtures/answer-checks';
import { checkingProxy } from '@gennaker/fixtures/checking-proxy';
import { startSystem, type System, type SystemOptions } from '@gennaker/fixtures/system';

const DOCUMENT = resolve(import.meta.dirname, '../../../docs/openapi/gate.json');

/**
 * Starts a system whose gate and deck are reached through proxies that hold every answer of gate against its OpenAPI
 * document, the answers to the browser's pages too. `stop` fails when one did not fit, or none came.
 */
export async function startCheckedSystem(options: SystemOptions): Promise<System> {
  const check = answerCheck(JSON.parse(await readFile(DOCUMENT, 'utf8')) as ApiDocument);
  const system = await startSystem(options);
  const complaints = new Set<string>();
  const complain = (complaint: string): void => void complaints.add(complaint);
  const behind = (name: string, below: string) =>
    checkingProxy({ url: system.addresses[name] ?? '', below, check, complain });
  const [gate, deck] = await Promise.all([behind('gate', ''), behind('deck', '/gate')]);
  return {
    ...system,
    addresses: { ...system.addresses, gate: gate.url, deck: deck.url },
    stop: async (keep) => {
      const checked = gate.checked() + deck.checked();
      await Promise.all([gate.close(), deck.close()]);
      await system.stop(keep);
      if (complaints.size > 0)
        throw new Error(`Answers that docs/openapi/gate.json does not allow:\n${[...complaints].join('\n')}`);
      if (checked === 0) throw new Error('No answer of gate was checked.');
    },
  };
}
