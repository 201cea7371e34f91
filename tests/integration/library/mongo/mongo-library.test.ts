import { describeLibraryStore } from '../library-store.suite.ts'
import { openTempDatabase } from './temp-database.ts'
import { describeOnRealServer, describeOnTestServer } from './test-servers.ts'

describeOnTestServer('The store', (uri) => describeLibraryStore('MongoDB', () => openTempDatabase(uri())))
describeOnRealServer('The store', (uri) => describeLibraryStore('MongoDB', () => openTempDatabase(uri())))
