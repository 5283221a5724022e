import { Button, Skeleton } from '@mantine/core';
import type { BuildInfo } from '@gennaker/contracts/igor';
import { ExternalIcon } from '@gennaker/ui/icons';
import { ErrorPanel, Facts, JsonBlock } from '@gennaker/ui/panels';
import { list, object, text } from '@gennaker/ui/stage-ui';
import { StatusText } from '@gennaker/ui/status';
import { Ago, formatDuration } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import { PaneFrame, PaneSection } from '../infrastructure/pane.tsx';
import { useBuild } from '../queries/builds.ts';
import { buildState, builtAt } from './build-words.ts';

/** One build: how it stands, what it built from and made, and what it writes while it runs. */
export function BuildPane({
  master,
  job,
  number,
  onClose,
}: {
  readonly master: string;
  readonly job: string;
  readonly number: number;
  readonly onClose: () => void;
}) {
  const found = useBuild(master, job, number);
  const build = found.data?.number === number ? found.data : undefined;
  return (
    <PaneFrame
      label={`Build ${number} of ${job}`}
      title={`${job} #${number}`}
      tags={build ? <BuildState build={build} /> : null}
      actions={
        <>
          {build?.url ? (
            <Button
              size="compact-sm"
              variant="default"
              component="a"
              href={build.url}
              target="_blank"
              rel="noreferrer"
              rightSection={<ExternalIcon size={13} aria-hidden />}
            >
              Open in Jenkins
            </Button>
          ) : null}
          <Button
            size="compact-sm"
            variant="default"
            renderRoot={(props) => (
              <Link to="/events" search={{ type: 'jenkins', source: master, q: job }} {...props} />
            )}
          >
            What its builds started
          </Button>
        </>
      }
      onClose={onClose}
    >
      {found.isError ? <ErrorPanel title="The build could not be read" error={found.error} /> : null}
      {found.isPending ? (
        <Skeleton m={16} height={120} w="auto" radius="md" role="status" aria-label="Reading the build" />
      ) : null}
      {build ? <BuildFacts build={build} /> : null}
    </PaneFrame>
  );
}

/** How a build stands. */
export function BuildState({ build }: { readonly build: Pick<BuildInfo, 'building' | 'result'> }) {
  const { look, words } = buildState(build);
  return <StatusText look={look}>{words}</StatusText>;
}

function BuildFacts({ build }: { readonly build: BuildInfo }) {
  const at = builtAt(build);
  const took = Number(build['duration']);
  const properties = object(build['properties']);
  return (
    <>
      <PaneSection title="Facts">
        <Facts
          of={[
            ['Started', at === undefined ? undefined : <Ago key="at" at={at} />],
            ['Took', !build.building && took > 0 ? formatDuration(took) : undefined],
            ...list(build.scm)
              .map(object)
              .map((each): [string, string] => [
                text(each['branch']) || 'Commit',
                [text(each['sha1']).slice(0, 12), text(each['message'])].filter(Boolean).join(' '),
              ]),
          ]}
        />
      </PaneSection>
      <PaneSection title="Artifacts">
        {build.artifacts.length === 0 ? (
          <p className="gk-muted panel-none">{build.building ? 'None yet.' : 'It kept none.'}</p>
        ) : (
          <ul className="build-artifacts">
            {build.artifacts.map((artifact) => (
              <li key={artifact.relativePath}>
                {artifact.url ? (
                  <a className="link gk-mono" href={artifact.url} target="_blank" rel="noreferrer">
                    {artifact.displayPath || artifact.fileName}
                  </a>
                ) : (
                  <span className="gk-mono">{artifact.displayPath || artifact.fileName}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </PaneSection>
      {Object.keys(properties).length > 0 ? (
        <PaneSection title="Properties">
          <JsonBlock value={properties} label="Properties" />
        </PaneSection>
      ) : null}
    </>
  );
}
