import type { LogPiece } from '@gennaker/ui/live-data';
import { LOG_TAIL_BYTES } from '@gennaker/ui/log-view';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Pause between reads while a build runs, and while none does, in ms. */
const RUNNING_MS = 3000;
const IDLE_MS = 20_000;

/** Which build, of which job, at which Jenkins. */
export interface BuildPlace {
  readonly master: string;
  readonly job: string;
  readonly number: number;
}

/** The last builds of a job, the newest first. */
export function useBuilds(master: string, job: string) {
  return useQuery({
    queryKey: keys.builds(master, job),
    queryFn: ({ signal }) => gate.listBuilds({ params: { master }, query: { job } }, { signal }),
    enabled: master !== '' && job !== '',
    // A build server that is away is said so at once.
    retry: false,
    refetchInterval: ({ state }) => (state.data?.some(({ building }) => building) ? RUNNING_MS : IDLE_MS),
  });
}

/** One build with its artifacts. */
export function useBuild({ master, job, number }: BuildPlace) {
  return useQuery({
    queryKey: keys.builds(master, job, String(number)),
    queryFn: ({ signal }) => gate.getBuild({ params: { master, number }, query: { job } }, { signal }),
    retry: false,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.building ? RUNNING_MS : false),
  });
}

/** Properties of a file that a build archived. */
export function useBuildProperties({ master, job, number }: BuildPlace, file: string | undefined) {
  return useQuery({
    queryKey: keys.builds(master, job, String(number), 'properties', file ?? ''),
    queryFn: ({ signal }) =>
      gate.buildProperties({ params: { master, number }, query: { job, file: file ?? '' } }, { signal }),
    enabled: file !== undefined,
    retry: false,
  });
}

/** A piece of what a build writes, from an offset on; at first only the end of what it has written already. */
export function readConsole(
  { master, job, number }: BuildPlace,
  offset: number,
  signal: AbortSignal,
): Promise<LogPiece> {
  return gate.buildConsole(
    { params: { master, number }, query: { job, ...(offset === 0 ? { tail: LOG_TAIL_BYTES } : { offset }) } },
    { signal },
  );
}
