import { Button, Skeleton } from '@mantine/core';
import type { BuildInfo } from '@gennaker/contracts/igor';
import { ExternalIcon } from '@gennaker/ui/icons';
import { LogView } from '@gennaker/ui/log-view';
import { ErrorPanel, Facts, JsonBlock } from '@gennaker/ui/panels';
import { list, object, text } from '@gennaker/ui/stage-ui';
import { StatusText } from '@gennaker/ui/status';
import { Ago, formatDuration } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { PaneFrame, PaneSection } from '../infrastructure/pane.tsx';
import { type BuildPlace, readConsole, useBuild, useBuildProperties } from '../queries/builds.ts';
import { buildState, builtAt } from './build-words.ts';

/** One build: how it stands, what it built from and made, and what it writes while it runs. */
export function BuildPane({ place, onClose }: { readonly place: BuildPlace; readonly onClose: () => void }) {
  const { master, job, number } = place;
  const found = useBuild(place);
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
      {build ? <BuildFacts place={place} build={build} /> : null}
      <PaneSection title="Console">
        <LogView
          id={`${master}/${job}/${number}`}
          title={`Console of ${job} #${number}`}
          read={(offset, signal) => readConsole(place, offset, signal)}
        />
      </PaneSection>
    </PaneFrame>
  );
}

/** How a build stands. */
export function BuildState({ build }: { readonly build: Pick<BuildInfo, 'building' | 'result'> }) {
  const { look, words } = buildState(build);
  return <StatusText look={look}>{words}</StatusText>;
}

function BuildFacts({ place, build }: { readonly place: BuildPlace; readonly build: BuildInfo }) {
  const at = builtAt(build);
  const took = Number(build['duration']);
  const tests = build.testResults?.find(({ totalCount }) => totalCount !== undefined);
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
            [
              'Tests',
              tests ? `${tests.totalCount ?? 0}, ${tests.failCount ?? 0} failed, ${tests.skipCount ?? 0} left out` : '',
            ],
            ...Object.entries(build.parameters ?? {}).map(([name, value]): [string, string] => [name, text(value)]),
          ]}
        />
      </PaneSection>
      <PaneSection title="Artifacts">
        {build.artifacts.length === 0 ? (
          <p className="gk-muted panel-none">{build.building ? 'None yet.' : 'It kept none.'}</p>
        ) : (
          <ul className="build-artifacts">
            {build.artifacts.map((artifact) => (
              <BuildArtifact key={artifact.relativePath} place={place} artifact={artifact} />
            ))}
          </ul>
        )}
      </PaneSection>
    </>
  );
}

/** Files whose properties executions may be given. */
const PROPERTY_FILE = /\.(properties|json|ya?ml)$/u;

/** An artifact; a property file opens. */
function BuildArtifact({
  place,
  artifact: { fileName, displayPath, url },
}: {
  readonly place: BuildPlace;
  readonly artifact: BuildInfo['artifacts'][number];
}) {
  const [opened, setOpened] = useState(false);
  const read = useBuildProperties(place, opened ? fileName : undefined);
  const name = displayPath || fileName;
  return (
    <li>
      {url ? (
        <a className="link gk-mono" href={url} target="_blank" rel="noreferrer">
          {name}
        </a>
      ) : (
        <span className="gk-mono">{name}</span>
      )}{' '}
      {PROPERTY_FILE.test(fileName) ? (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-expanded={opened}
          aria-label={`Properties of ${name}`}
          loading={read.isLoading}
          onClick={() => setOpened(!opened)}
        >
          Properties
        </Button>
      ) : null}
      {read.isError && opened ? <ErrorPanel title={`${name} cannot be read`} error={read.error} /> : null}
      {read.data && opened ? <JsonBlock value={read.data.properties} label={`Properties of ${name}`} /> : null}
    </li>
  );
}
