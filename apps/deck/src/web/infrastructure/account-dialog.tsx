import { Button, Checkbox, Group, Select, TagsInput, TextInput } from '@mantine/core';
import type { AccountDefinition, CredentialsReference, StoredAccount } from '@gennaker/contracts/cloud-accounts';
import { accountDefinitionSchema } from '@gennaker/contracts/cloud-accounts';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { useState } from 'react';
import { useChangeAccount, useVerifyAccount } from '../queries/accounts.ts';
import { Verification } from './verification.tsx';
import { Dialog } from '../shell/dialog.tsx';

/** Where credentials may be; `none` leaves it to the endpoint. */
const KINDS = [
  { value: 'none', label: 'None, or what is found by itself' },
  { value: 'file', label: 'A file in the credentials folder' },
  { value: 'environment', label: 'A variable that holds the JSON' },
  { value: 'applicationDefault', label: 'Application default credentials' },
] as const;
/** What is told of a definition and is no part of it. */
const SERVERS_OWN: ReadonlySet<string> = new Set(['source', 'readOnly', 'updatedAt', 'updatedBy']);
type Kind = (typeof KINDS)[number]['value'];

/** Where credentials of each kind would be. */
interface Places {
  readonly file: string;
  readonly environment: string;
}

const placesOf = (reference: CredentialsReference | undefined): Places => ({
  file: reference?.type === 'file' ? reference.path : '',
  environment: reference?.type === 'environment' ? reference.variable : '',
});

function referenceOf(kind: Kind, { file, environment }: Places): CredentialsReference | undefined {
  if (kind === 'file') return { type: kind, path: file.trim() };
  if (kind === 'environment') return { type: kind, variable: environment.trim() };
  return kind === 'applicationDefault' ? { type: kind } : undefined;
}

/** Adds an account, or replaces the definition of one; what works of it can be tried before. */
export function AccountDialog({
  account,
  onClose,
}: {
  readonly account: StoredAccount | undefined;
  readonly onClose: () => void;
}) {
  const change = useChangeAccount();
  const verify = useVerifyAccount();
  const [name, setName] = useState(account?.name ?? '');
  const [project, setProject] = useState(account?.project ?? '');
  const [endpoint, setEndpoint] = useState(account?.endpoint ?? '');
  const [regions, setRegions] = useState(account?.regions ?? []);
  const [environment, setEnvironment] = useState(account?.environment ?? '');
  const [imageProjects, setImageProjects] = useState(account?.imageProjects ?? []);
  const [challenge, setChallenge] = useState(account?.challengeDestructiveActions ?? false);
  const reference = account?.credentials;
  const [kind, setKind] = useState<Kind>(reference?.type ?? 'none');
  const [places, setPlaces] = useState(() => placesOf(reference));
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const written = {
    ...account,
    name: name.trim(),
    type: account?.type ?? 'gce',
    project: project.trim(),
    endpoint: endpoint.trim() || undefined,
    regions,
    credentials: referenceOf(kind, places),
    environment: environment.trim() || undefined,
    imageProjects: imageProjects.length > 0 ? imageProjects : undefined,
    challengeDestructiveActions: challenge || undefined,
  };
  const kept = Object.entries(written).filter(([key, each]) => each !== undefined && !SERVERS_OWN.has(key));
  const parsed = accountDefinitionSchema.safeParse(Object.fromEntries(kept));
  /** What was found holds for the definition that was tried, and for no other. */
  const tried = JSON.stringify(verify.variables) === JSON.stringify({ definition: parsed.data });
  /** Goes on with the definition where it can be one; says what is wrong with it otherwise. */
  const withDefinition = (then: (of: AccountDefinition) => void): void => {
    setWrong(parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []);
    if (parsed.data) then(parsed.data);
  };
  return (
    <Dialog onClose={onClose} title={account ? `Change ${account.name}` : 'Add an account'} size="lg">
      <form
        className="form-stack"
        onSubmit={(event) => {
          event.preventDefault();
          withDefinition((of) =>
            change.mutate({ deed: account ? 'update' : 'add', definition: of }, { onSuccess: onClose }),
          );
        }}
      >
        {account ? null : (
          <TextInput
            label="Name"
            description="Pipelines name the account so; it cannot be changed later"
            withAsterisk
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <TextInput
          label="Project"
          description="Its id, not its title"
          withAsterisk
          value={project}
          onChange={(event) => setProject(event.currentTarget.value)}
        />
        <TagsInput
          label="Regions"
          description="Enter adds one, such as us-central1"
          withAsterisk
          value={regions}
          onChange={setRegions}
        />
        <TextInput
          label="Endpoint"
          description="Address of a compatible API; empty: Google's own"
          value={endpoint}
          onChange={(event) => setEndpoint(event.currentTarget.value)}
        />
        <Select
          label="Credentials"
          description="Only where they are is kept here, never they themselves"
          data={[...KINDS]}
          value={kind}
          allowDeselect={false}
          onChange={(next) => setKind(KINDS.find((each) => each.value === next)?.value ?? 'none')}
        />
        {kind === 'file' || kind === 'environment' ? (
          <TextInput
            label={kind === 'file' ? 'File' : 'Variable'}
            placeholder={kind === 'file' ? 'prod.json' : 'GCP_PROD_KEY'}
            withAsterisk
            value={places[kind]}
            onChange={(event) => setPlaces({ ...places, [kind]: event.currentTarget.value })}
          />
        ) : null}
        <TextInput
          label="Environment"
          placeholder="prod"
          value={environment}
          onChange={(event) => setEnvironment(event.currentTarget.value)}
        />
        <TagsInput
          label="Image projects"
          description="Further projects whose images may be used"
          value={imageProjects}
          onChange={setImageProjects}
        />
        <Checkbox
          label="Ask for the name before anything is destroyed"
          checked={challenge}
          onChange={(event) => setChallenge(event.currentTarget.checked)}
        />
        {wrong.length > 0 ? (
          <Note look="failed" title="It cannot be so">
            <ul className="panel-problems">
              {wrong.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </Note>
        ) : null}
        {tried && verify.isError ? <ErrorPanel title="It could not be tried" error={verify.error} /> : null}
        {tried && verify.data ? <Verification of={verify.data} /> : null}
        {change.isError ? <ErrorPanel title="It was not saved" error={change.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button
            variant="default"
            loading={verify.isPending}
            onClick={() => withDefinition((of) => verify.mutate({ definition: of }))}
          >
            Try it
          </Button>
          <Button type="submit" loading={change.isPending}>
            {account ? 'Save' : 'Add'}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
