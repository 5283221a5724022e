import { Skeleton } from '@mantine/core';
import type { Image } from '@gennaker/contracts/cloud-views';
import { ErrorPanel, Facts } from '@gennaker/ui/panels';
import { Ago } from '@gennaker/ui/time';
import { text } from '@gennaker/ui/stage-ui';
import { Link } from '@tanstack/react-router';
import type { Can } from '../queries/accounts.ts';
import { useAccountList, useCan } from '../queries/accounts.ts';
import { useImage, useServerGroups } from '../queries/infrastructure.ts';
import type { Deed } from './deed.ts';
import { Pane, PaneSection } from './pane.tsx';
import { deployImageDeed } from './server-group-deeds.ts';
import { formOf } from './stage-form.ts';

/** When an image was made, epoch ms; undefined where its cloud does not say. */
export function madeAt({ attributes }: Image): number | undefined {
  const at = Date.parse(attributes?.creationDate ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** What can be done to an image itself. */
function imageDeeds(image: Image, provider: string, can: Can): Deed[] {
  if (!can(image.account, 'imageTags')) return [];
  return [
    {
      ...formOf('upsertImageTags'),
      verb: 'Tag',
      title: `Tag ${image.imageName}`,
      about: 'Pipelines find images by their tags. Tags that are not named stay.',
      targets: [{ cloudProvider: provider, credentials: image.account, imageNames: [image.imageName] }],
      values: { tags: {} },
      sends: 'all',
    },
  ];
}

/** Everything about one image: its tags, what it was built from, and where it runs. */
export function ImagePane({
  application,
  image,
  onClose,
}: {
  readonly application: string;
  readonly image: Image;
  readonly onClose: () => void;
}) {
  const can = useCan();
  const accounts = useAccountList();
  const details = useImage(image);
  const groups = useServerGroups(application).data ?? [];
  const provider = accounts.data?.find(({ name }) => name === image.account)?.cloudProvider ?? 'gce';
  const made = madeAt(image);
  return (
    <Pane
      application={application}
      label={`Image ${image.imageName}`}
      title={image.imageName}
      deeds={[deployImageDeed(image, application, groups), ...imageDeeds(image, provider, can)]}
      onClose={onClose}
    >
      <section className="pane-section">
        <Facts
          of={[
            ['Family', image.family],
            ['Account', image.account],
            ['Region', image.region],
            ['Made', made === undefined ? undefined : <Ago at={made} />],
          ]}
        />
      </section>
      <PaneSection title="Tags">
        {Object.keys(image.tags ?? {}).length === 0 ? <p className="gk-muted panel-none">It has none.</p> : null}
        <Facts of={Object.entries(image.tags ?? {}).map(([name, value]) => [name, text(value)] as const)} />
      </PaneSection>
      <PaneSection title="Where it runs">
        {details.isError ? (
          <ErrorPanel title="Where it runs could not be read" error={details.error} />
        ) : details.isPending ? (
          <Skeleton height={40} role="status" aria-label="Looking where it runs" />
        ) : !details.data || details.data.serverGroups.length === 0 ? (
          <p className="gk-muted panel-none">Nowhere that you may look at.</p>
        ) : (
          <ul className="pane-list">
            {details.data.serverGroups.map(({ account, region, name, application: of, instances }) => (
              <li key={`${account}/${region}/${name}`}>
                <Link
                  className="link gk-mono"
                  to="/applications/$application/clusters"
                  params={{ application: of }}
                  search={{ group: `${account}/${region}/${name}` }}
                >
                  {name}
                </Link>
                <span className="gk-muted">
                  {region} · {instances} {instances === 1 ? 'instance' : 'instances'}
                </span>
              </li>
            ))}
          </ul>
        )}
      </PaneSection>
    </Pane>
  );
}
