import { describeLibraryStore } from './library-store.suite.ts'
import { openTempLibrary } from './temp-library.ts'

describeLibraryStore('SQLite', openTempLibrary)
