import { expect, test } from 'vitest';
import { definitionFrom } from './account-definition.ts';

const prod = {
  name: 'prod',
  type: 'gce',
  project: 'shop-prod',
  regions: ['europe-west1'],
  endpoint: 'https://cloud.example.com',
  credentials: { type: 'file', path: 'prod.json' },
  environment: 'prod',
  imageProjects: ['images'],
  challengeDestructiveActions: true,
} as const;

test('options name everything that the dialog of the UI has', () => {
  expect(
    definitionFrom(
      { name: 'prod' },
      {
        project: 'shop-prod',
        regions: 'europe-west1, us-central1',
        endpoint: 'https://cloud.example.com',
        'application-default': true,
        environment: 'prod',
        'image-projects': 'images,more-images',
        challenge: true,
      },
    ),
  ).toEqual({
    ...prod,
    regions: ['europe-west1', 'us-central1'],
    credentials: { type: 'applicationDefault' },
    imageProjects: ['images', 'more-images'],
  });
});

test('what is not named stays', () => {
  expect(definitionFrom(prod, { 'key-variable': 'PROD_KEY' })).toEqual({
    ...prod,
    credentials: { type: 'environment', variable: 'PROD_KEY' },
  });
});

test('everything that may be absent can be taken away', () => {
  const without = ['endpoint', 'credentials', 'environment', 'image-projects', 'challenge'];
  const { name, type, project, regions } = prod;
  expect(definitionFrom(prod, Object.fromEntries(without.map((field) => [`no-${field}`, true])))).toEqual({
    name,
    type,
    project,
    regions,
  });
});

test('regions are nobody’s guess, and each wrong field is told', () => {
  expect(() => definitionFrom({ name: 'prod' }, { project: 'Shop Prod' })).toThrow(/project: .*regions: /s);
});

test('options that contradict each other are refused by their names', () => {
  expect(() => definitionFrom(prod, { 'key-file': 'a.json', 'no-credentials': true })).toThrow(
    'Give only one of --key-file, --no-credentials.',
  );
  expect(() => definitionFrom(prod, { endpoint: 'https://a.example.com', 'no-endpoint': true })).toThrow(
    '--endpoint, --no-endpoint',
  );
});
