import { defineConfig } from '@playwright/test'

/** The built app as a person meets it, on both hosts that have a window. `npm run build` comes first. */
export default defineConfig({
  testDir: 'tests/e2e',
  timeout: 180_000,
  workers: 1,
  reporter: 'list',
  outputDir: 'test-results',
  projects: [
    { name: 'browser', testDir: 'tests/e2e/browser', testMatch: '*.spec.ts' },
    { name: 'desktop', testDir: 'tests/e2e/desktop', testMatch: '*.spec.ts' },
  ],
})
