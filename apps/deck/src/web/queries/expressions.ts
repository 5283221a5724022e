import { useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';

/** Where an expression is tried: an execution, and a stage of it when it has it. */
export interface Place {
  readonly id: string;
  readonly stageId: string | undefined;
}

/** A text with expressions, evaluated step by step as in an execution that has been. Nothing is asked without a place. */
export function usePreview(place: Place | undefined, text: string) {
  const { id = '', stageId } = place ?? {};
  return useQuery({
    queryKey: ['expression', id, stageId, text],
    queryFn: ({ signal }) =>
      gate.previewExpression(
        { params: { id }, body: { text, ...(stageId === undefined ? {} : { stageId }) } },
        { signal },
      ),
    enabled: place !== undefined,
    retry: false,
    placeholderData: (known) => known,
  });
}
