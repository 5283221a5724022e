import { useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Where an expression is tried: an execution, and a stage of it when it has it. */
export interface Place {
  readonly id: string;
  readonly stageId: string | undefined;
}

/** A text with expressions, evaluated step by step as in an execution that has been. Nothing is asked without a place or a text. */
export function usePreview(place: Place | undefined, text: string | undefined) {
  const { id = '', stageId } = place ?? {};
  return useQuery({
    queryKey: keys.expression(id, stageId ?? '', text ?? ''),
    queryFn: ({ signal }) =>
      gate.previewExpression(
        { params: { id }, body: { text: text ?? '', ...(stageId === undefined ? {} : { stageId }) } },
        { signal },
      ),
    enabled: place !== undefined && text !== undefined,
    retry: false,
    placeholderData: (known) => known,
  });
}

/** The helper functions of expressions, as `#name(`. Asked only when wanted; they change with the version of the system. */
export function useHelperFunctions(wanted: boolean): readonly string[] {
  const capabilities = useQuery({
    queryKey: keys.expression('functions'),
    queryFn: ({ signal }) => gate.expressionCapabilities({}, { signal }),
    select: ({ functions }) => functions.map(({ name }) => `#${name}(`),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: wanted,
  });
  return capabilities.data ?? [];
}
