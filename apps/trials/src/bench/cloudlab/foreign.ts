import { treeCpuSeconds } from '@gennaker/cloudlab/process-cpu';
import { machineCpuSeconds } from '../../cpu.ts';

/** Cores that programs other than this one and all that it started kept busy from now until the answer is called. */
export async function watchForeign(): Promise<() => Promise<number>> {
  const own = async (): Promise<number> => (await treeCpuSeconds([process.pid])).get(process.pid) ?? 0;
  const before = { at: performance.now(), machine: machineCpuSeconds(), own: await own() };
  return async () => {
    const used = machineCpuSeconds() - before.machine - ((await own()) - before.own);
    return Math.max(0, used / ((performance.now() - before.at) / 1000));
  };
}
