import { realpathSync } from 'node:fs';
import { layoutOf } from './up/layout.ts';
import { runningSystem } from './up/system-record.ts';

/** `gennaker where`: prints the addresses of the system that runs on a data folder. Exits 1 when none does. */
export function where(root: string, args: string[]): number {
  const layout = layoutOf(realpathSync(root), args, process.env);
  const system = runningSystem(layout);
  if (!system) {
    process.stderr.write(`Nothing runs on ${layout.data}: start it with "npm start".\n`);
    return 1;
  }
  const state = system.ready ? 'ready' : 'starting';
  const lines = Object.entries(system.addresses).map(([name, address]) => `  ${name.padEnd(12)} ${address}`);
  process.stdout.write(
    `Gennaker is ${state} (process ${system.pid}).\n\n${lines.join('\n')}\n\n  data         ${layout.data}\n  logs         ${layout.data}/logs\n`,
  );
  return 0;
}
