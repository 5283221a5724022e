import { describe, expect, it } from 'vitest';
import { receivedArtifacts } from './received-artifacts.ts';

type Json = Record<string, unknown>;

describe('the artifacts that a webhook brings', () => {
  it.each<[string, Json, Json[]]>([
    ['its own', { artifacts: [{ type: 'x', name: 'a' }, 'no artifact'] }, [{ type: 'x', name: 'a' }]],
    [
      'a push to Docker Hub',
      { push_data: { tag: 'v1' }, repository: { repo_name: 'acme/shop' } },
      [
        {
          type: 'docker/image',
          name: 'index.docker.io/acme/shop',
          version: 'v1',
          reference: 'index.docker.io/acme/shop:v1',
        },
      ],
    ],
    [
      'pushes to a Docker registry: of manifests, not of layers, and no pulls',
      {
        events: [
          {
            action: 'push',
            target: { repository: 'shop', tag: 'v1', digest: 'sha256:1' },
            request: { host: 'reg.example.com' },
          },
          {
            action: 'push',
            target: {
              repository: 'shop',
              digest: 'sha256:2',
              mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
            },
          },
          { action: 'push', target: { repository: 'shop', digest: 'sha256:3', mediaType: 'application/octet-stream' } },
          { action: 'pull', target: { repository: 'shop', tag: 'v1' } },
        ],
      },
      [
        {
          type: 'docker/image',
          name: 'reg.example.com/shop',
          version: 'v1',
          reference: 'reg.example.com/shop:v1',
        },
        { type: 'docker/image', name: 'shop', version: 'sha256:2', reference: 'shop@sha256:2' },
      ],
    ],
    [
      'a push to Quay, of several tags',
      { docker_url: 'quay.io/acme/shop', updated_tags: ['a', 'b'] },
      ['a', 'b'].map((version) => ({
        type: 'docker/image',
        name: 'quay.io/acme/shop',
        version,
        reference: `quay.io/acme/shop:${version}`,
      })),
    ],
    [
      'a push to GitHub: the files that it changed, each once',
      {
        ref: 'refs/heads/main',
        repository: {
          full_name: 'acme/shop',
          contents_url: 'https://git.example.com/repos/acme/shop/contents/{+path}',
        },
        commits: [{ added: ['k8s/a b.yml'], removed: ['old'] }, { modified: ['k8s/a b.yml'] }],
      },
      [
        {
          type: 'github/file',
          name: 'k8s/a b.yml',
          version: 'main',
          reference: 'https://git.example.com/repos/acme/shop/contents/k8s/a%20b.yml',
        },
      ],
    ],
    [
      'a push to GitLab',
      {
        object_kind: 'push',
        ref: 'refs/heads/main',
        project: { id: 7, web_url: 'https://gitlab.example.com/acme/shop' },
        commits: [{ added: [], modified: ['k8s/app.yml'] }],
      },
      [
        {
          type: 'gitlab/file',
          name: 'k8s/app.yml',
          version: 'main',
          reference: 'https://gitlab.example.com/api/v4/projects/7/repository/files/k8s%2Fapp.yml/raw',
        },
      ],
    ],
    ['nothing of all this', { a: 1, events: 'x', repository: {} }, []],
  ])('are of %s', (_label, body, artifacts) => {
    expect(receivedArtifacts(body)).toEqual(artifacts);
  });
});
