import { afterAll, beforeAll, describe } from 'vitest'
import { missingForTestMongod, startTestMongod, testServerLimits, type TestMongod } from '../../../harness/mongo/test-mongod.ts'

const missing = await missingForTestMongod()
const realUri = process.env.AKIN_TEST_MONGODB_URI ?? ''

/** Runs tests against a server in memory that they have to themselves. Where it cannot be had they are skipped, and why is printed. */
export function describeOnTestServer(name: string, tests: (uri: () => string, server: () => TestMongod) => void): void {
  if (missing !== null) console.log(`${name} on the test server for MongoDB: did not run, ${missing}`)
  describe.skipIf(missing !== null)(`${name} on the test server for MongoDB`, () => {
    let server: TestMongod | undefined
    beforeAll(async () => {
      server = await startTestMongod()
      console.log([`${name}: what the test server leaves open`, ...testServerLimits.map((limit) => `- ${limit}`)].join('\n'))
    })
    afterAll(() => server?.stop())
    tests(
      () => server!.uri,
      () => server!,
    )
  })
}

/** Runs tests against the MongoDB that `AKIN_TEST_MONGODB_URI` names. */
export function describeOnRealServer(name: string, tests: (uri: () => string) => void): void {
  if (realUri === '') console.log(`${name} on a real MongoDB: did not run, AKIN_TEST_MONGODB_URI is not set`)
  describe.skipIf(realUri === '')(`${name} on a real MongoDB`, () => {
    tests(() => realUri)
  })
}
