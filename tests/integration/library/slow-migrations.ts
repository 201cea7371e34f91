import { migrations, type Migration } from '../../../engine/library/sqlite/migrate.ts'

/** A second schema that takes about a second to make and changes what is there. */
export const slowMigrations: readonly Migration[] = [
  ...migrations,
  {
    name: '9998-take-long',
    sql: `
      ALTER TABLE documents ADD COLUMN extra TEXT;
      UPDATE documents SET extra = title, title = 'changed';
      CREATE TABLE long AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600000) SELECT i, hex(randomblob(20)) AS x FROM n;
      CREATE INDEX long_by_x ON long (x);
      UPDATE documents SET title = extra;
    `,
  },
]
