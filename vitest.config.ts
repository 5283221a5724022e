import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const ignored = ['**/node_modules/**', '**/dist/**', '**/.gennaker/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{apps,libs}/**/*.test.ts'],
          exclude: [...ignored, '**/*.int.test.ts', 'apps/e2e/**'],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'int',
          include: ['{apps,libs}/**/*.int.test.ts'],
          exclude: [...ignored, 'apps/e2e/**'],
          globalSetup: ['libs/fixtures/src/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'ui',
          include: ['{apps,libs}/**/*.ui.test.tsx'],
          exclude: ignored,
          environment: 'jsdom',
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['apps/e2e/**/*.test.ts'],
          exclude: ignored,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
