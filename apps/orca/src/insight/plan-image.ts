import type { PlannedStageView } from '@gennaker/contracts/orca-insight';
import type { PostedStage } from '@gennaker/engine/create';

/** Keys under which a stage, or a cluster of it, names its image. */
const IMAGE_KEYS = ['image', 'imageId', 'amiName'];
/** Stage types whose image is new with each run. */
const BAKES = ['bake'];
/** Stage types that find an image by reads alone. */
const FINDS = ['findImage', 'findImageFromTags'];
/** Stage types that cannot go without an image. */
const DEPLOYS = ['deploy', 'createServerGroup'];
/** When a stage runs, which the plan says already. */
const WHEN_KEYS = ['stageEnabled', 'restrictExecutionDuringTimeWindow', 'restrictedExecutionWindow'];

/** A stage of a plan as it is asked about. */
export interface AskedStage {
  readonly stage: PostedStage;
  /** A stage in front that finds its image. */
  readonly finder?: PlannedStageView;
  /** What stands in place of an image that only a run can tell; never shown to a cloud. */
  readonly standIn?: string;
  /** Paths of fields that only a run can tell, but for images. */
  readonly open: readonly string[];
}

/** `typeOf`: the type of a stage, whatever alias it goes by. `inFront`: the stages before this one, nearest first. */
export function askedStage(
  planned: PlannedStageView,
  inFront: readonly PlannedStageView[],
  typeOf: (stage: PlannedStageView) => string,
): AskedStage {
  const context = Object.fromEntries(Object.entries(planned.context).filter(([key]) => !WHEN_KEYS.includes(key)));
  const source = inFront.find((one) => [...BAKES, ...FINDS].includes(typeOf(one)));
  const open = imageMaps(context).some((map) => IMAGE_KEYS.some((key) => isOpen(map[key])));
  const lacks = DEPLOYS.includes(typeOf(planned)) && imageMaps(context).some((map) => !namesImage(map));
  const finder = !open && lacks && source && FINDS.includes(typeOf(source)) ? source : undefined;
  const standIn =
    open || (lacks && source && !finder)
      ? `the image that ${source ? `"${source.name}" gives` : 'an earlier stage gives'}`
      : undefined;
  const asked = standIn === undefined ? context : withImage(context, standIn, DEPLOYS.includes(typeOf(planned)));
  return {
    stage: { ...asked, type: planned.type, name: planned.name, refId: planned.refId, requisiteStageRefIds: [] },
    ...(finder ? { finder } : {}),
    ...(standIn === undefined ? {} : { standIn }),
    open: openFields(asked),
  };
}

/** The same stage without an image, where the one in front found none. */
export function withoutFinder({ stage, finder, ...rest }: AskedStage): AskedStage {
  if (!finder) return { stage, ...rest };
  const standIn = `the image that "${finder.name}" gives`;
  const { type, ...context } = stage;
  return { ...rest, stage: { ...withImage(context, standIn, true), type }, standIn };
}

type Context = Readonly<Record<string, unknown>>;

/** The maps of a stage that can name an image: its clusters, or the stage itself. */
function imageMaps(context: Context): Context[] {
  const { clusters, cluster } = context;
  if (Array.isArray(clusters)) return clusters.filter(isMap);
  return isMap(cluster) ? [{ ...context, ...cluster }] : [context];
}

function withImage(context: Context, standIn: string, evenIfAbsent: boolean): Context {
  const put = (map: Context): Context => {
    const open = IMAGE_KEYS.filter((key) => isOpen(map[key]));
    if (open.length === 0 && (!evenIfAbsent || namesImage(map))) return map;
    return { ...Object.fromEntries(Object.entries(map).filter(([key]) => !open.includes(key))), image: standIn };
  };
  const { clusters, cluster } = context;
  if (Array.isArray(clusters)) return { ...context, clusters: clusters.map((one) => (isMap(one) ? put(one) : one)) };
  return isMap(cluster) ? { ...context, cluster: put(cluster) } : put(context);
}

const isMap = (value: unknown): value is Context =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isOpen = (value: unknown): boolean => typeof value === 'string' && value.includes('${');
const namesImage = (map: Context): boolean => IMAGE_KEYS.some((key) => typeof map[key] === 'string' && map[key] !== '');

/** Paths of what is still an expression. */
function openFields(value: unknown, path = ''): string[] {
  if (isOpen(value)) return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => openFields(item, path === '' ? key : `${path}.${key}`));
}
