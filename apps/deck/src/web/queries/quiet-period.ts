import { useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** It changes with the configuration alone: read again after this long, in ms. */
const FRESH_MS = 5 * 60_000;

/** The quiet period of the configuration. */
export function useQuietPeriod() {
  return useQuery({
    queryKey: keys.choices('quietPeriod'),
    queryFn: ({ signal }) => gate.quietPeriod({}, { signal }),
    staleTime: FRESH_MS,
  });
}
