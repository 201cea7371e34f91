/**
 * Brings a library to a schema that takes long to make, until it is killed.
 *
 *     node migration-child.ts <folder>
 */
import { writeSync } from 'node:fs'
import { openSqliteLibrary } from '../../../engine/library/sqlite/sqlite-library.ts'
import { slowMigrations } from './slow-migrations.ts'

writeSync(1, 'migrating\n')
openSqliteLibrary({ folder: process.argv[2]!, migrations: slowMigrations })
writeSync(1, 'done\n')
