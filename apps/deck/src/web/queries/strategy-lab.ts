import type { LabRequest } from '@gennaker/contracts/strategy-lab';
import type { LiveData } from '@gennaker/ui/live-data';
import { describeError } from '@gennaker/ui/panels';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Plays a deploy on a simulated cloud. The same settings always play the same; new ones end what is played. */
export const useStrategyLab: LiveData['useStrategyLab'] = (request: LabRequest) => {
  const { data, error, isFetching } = useQuery({
    queryKey: keys.strategyLab(JSON.stringify(request)),
    queryFn: ({ signal }) => gate.simulateStrategy({ body: request }, { signal }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });
  if (!error || isFetching) return { result: data, playing: isFetching };
  const { message, fix } = describeError(error);
  return { problem: { message, ...(fix ? { fix } : {}) }, playing: false };
};
