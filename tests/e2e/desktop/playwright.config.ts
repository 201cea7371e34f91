import { defineConfig } from '@playwright/test'

/** The desktop app as a person meets it. Run it after `npm run build`: `npx playwright test -c tests/e2e/desktop`. */
export default defineConfig({
  testMatch: '*.spec.ts',
  timeout: 180_000,
  workers: 1,
  reporter: 'list',
  outputDir: '../../../test-results/desktop',
})
