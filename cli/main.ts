import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { defaultLibraryFolder, serverEntry } from '../engine/host/locate.ts'
import { limits } from '../shared/contract/requests.ts'
import { AkinError } from '../shared/errors.ts'
import { runImport, type ImportOptions } from './commands/import.ts'
import { runJobAction, runJobs, runRebuild, runShowJob, type JobAction } from './commands/jobs.ts'
import {
  runList,
  runRemove,
  runRestore,
  runShow,
  runStatus,
  runTag,
  type ListOptions,
  type TagOptions,
} from './commands/library.ts'
import { runSearch, runSimilar, type SearchOptions, type SimilarOptions } from './commands/search.ts'
import { connect, type Connection } from './connection.ts'
import { shownText } from './escape.ts'
import { addModelCommands } from './model-commands.ts'
import { exitCodes, Output } from './output.ts'

/** The terminal host: every command opens the library, or talks to the Akin that has it open. */
interface Context {
  readonly connection: Connection
  readonly output: Output
}

/** What Ctrl+C leaves behind, where it leaves anything. */
interface Interrupted {
  readonly own: string
  readonly shared: string
}
const importInterrupted: Interrupted = {
  own: 'Stopped. What was read so far is kept; run the command again to go on',
  shared: 'The running Akin goes on with it; akin jobs shows how far it is, akin jobs cancel ends it',
}
const jobInterrupted: Interrupted = { ...importInterrupted, own: 'Stopped. It goes on the next time Akin runs' }

const program = new Command('akin')
  .description('Finds what belongs together in your notes, documents and news, on this computer')
  .option('--library <folder>', 'the library to use', defaultLibraryFolder())
  .option('--json', 'print one line of JSON instead of text')
  .configureOutput({ writeErr: (text) => process.stderr.write(shownText(text)) })
  .showHelpAfterError('(akin --help lists all commands)')
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 wrong usage or not found, 3 done but some items failed, 130 interrupted',
  )

/** Runs a command with an engine and lets go of it, whatever happens. */
async function withEngine(work: (context: Context) => Promise<number>, interrupted?: Interrupted): Promise<void> {
  const { library, json } = program.opts<{ library: string; json?: boolean }>()
  const output = new Output(json === true)
  let connection: Connection | undefined
  let isInterrupted = false
  const interrupt = (): void => {
    isInterrupted = true
    output.clearProgress()
    if (connection !== undefined && interrupted !== undefined)
      output.note(connection.isShared ? interrupted.shared : interrupted.own)
    void (connection?.close() ?? Promise.resolve()).finally(() => process.exit(exitCodes.interrupted))
  }
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    connection = await connect(resolve(library))
    process.exitCode = await work({ connection, output })
  } catch (error) {
    // What was asked for last is cut off by closing: that is no news
    process.exitCode = isInterrupted ? exitCodes.interrupted : output.error(error)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    await connection?.close()
    if (output.writeError !== undefined) {
      process.stderr.write(`akin: What was found could not be written: ${output.writeError.message}\n`)
      process.exitCode = exitCodes.failed
    }
  }
}

/** Reads a whole number within bounds. */
function numberIn(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}`)
  }
}

/** Words of a query; an excluded one looks like an option, and a mistyped option must not become a word. */
function queryOf(words: readonly string[]): string {
  const option = words.find((word) => word.startsWith('--'))
  if (option !== undefined) program.error(`error: unknown option '${option}'`, { exitCode: exitCodes.usage })
  return words.join(' ')
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

/** `--json` and `--library` may stand before or behind the command. */
function command(spec: string, description: string, parent: Command = program): Command {
  return parent
    .command(spec)
    .description(description)
    .option('--json', 'print one line of JSON instead of text')
    .option('--library <folder>', 'the library to use')
    .hook('preAction', (_this, action) => {
      const { json, library } = action.opts<{ json?: boolean; library?: string }>()
      if (json === true) program.setOptionValue('json', true)
      if (library !== undefined) program.setOptionValue('library', library)
    })
}

command('import <paths...>', 'read files and folders into the library')
  .option('--no-embed', 'do not wait until they are found by meaning as well')
  .action((paths: string[], options: ImportOptions) =>
    withEngine((context) => runImport(paths, options, context), importInterrupted),
  )

command('search <words...>', 'find items by words and by meaning')
  .allowUnknownOption()
  .addOption(new Option('--mode <mode>', 'which way to search').choices(['hybrid', 'vector', 'keyword']).default('hybrid'))
  .addOption(new Option('--sort <order>').choices(['best', 'newest', 'oldest']).default('best'))
  .option('--limit <n>', 'results', numberIn(1, limits.hitsPerPage), 10)
  .option('--offset <n>', 'results to pass over', numberIn(0, 100_000), 0)
  .option('--space <space>', 'in another space than the usual one, by number or name')
  .addHelpText('after', '\nA query may have "phrases", -words, word*, kind: tag: source: author: lang: after: before: is:')
  .action((words: string[], { mode, sort, limit, offset, space }: SearchOptions) => {
    const query = queryOf(words)
    const options = { mode, sort, limit, offset, ...(space === undefined ? {} : { space }) }
    return withEngine((context) => runSearch(query, options, context))
  })

command('similar [id]', 'find the kin of an item, of a passage of it, or of a text')
  .option('--text <text>', 'a text instead of an item')
  .option('--passage <start:end>', 'a passage of the item')
  .option('--limit <n>', 'results', numberIn(1, limits.hitsPerPage), 10)
  .option('--space <space>', 'in another space than the usual one, by number or name')
  .action((id: string | undefined, options: SimilarOptions) => withEngine((context) => runSimilar(id, options, context)))

command('list [filters...]', 'list items; filters as in a search, words look in titles, tags and authors')
  .allowUnknownOption()
  .addOption(
    new Option('--sort <field>')
      .choices(['title', 'kind', 'source', 'author', 'date', 'language', 'length', 'status'])
      .default('date'),
  )
  .option('--ascending', 'smallest first')
  .option('--trash', 'what is in the trash')
  .option('--limit <n>', 'rows', numberIn(1, limits.rowsPerPage), 50)
  .option('--offset <n>', 'rows to pass over', numberIn(0, 10_000_000), 0)
  .action((filters: string[], { sort, ascending, trash, limit, offset }: ListOptions & { ascending?: boolean }) => {
    const query = queryOf(filters)
    const options = { sort, descending: ascending !== true, limit, offset, trash: trash ?? false }
    return withEngine((context) => runList(query, options, context))
  })

command('show <id>', 'print an item with all that is known of it').action((id: string) =>
  withEngine((context) => runShow(id, context)),
)

command('tag <ids...>', 'change tags, star and read mark')
  .option('--add <tag>', 'add a tag; may be repeated', collect)
  .option('--remove <tag>', 'take a tag away; may be repeated', collect)
  .option('--star', 'star them')
  .option('--no-star', 'take the star away')
  .option('--read', 'mark them as read')
  .option('--no-read', 'mark them as unread')
  .action((ids: string[], options: TagOptions) => withEngine((context) => runTag(ids, options, context)))

command('remove <ids...>', 'move items to the trash; original files are never touched')
  .option('--purge', 'remove them for good')
  .action((ids: string[], { purge }: { purge?: boolean }) =>
    withEngine((context) => runRemove(ids, { purge: purge === true }, context)),
  )

command('restore <ids...>', 'bring items back from the trash').action((ids: string[]) =>
  withEngine((context) => runRestore(ids, context)),
)

command('status', 'how much of the library can be found').action(() => withEngine(runStatus))

command('jobs [action] [id]', 'list jobs, or show, pause, resume, cancel or retry one').action(
  (action: string | undefined, id: string | undefined) => {
    const isFollowed = action === 'resume' || action === 'retry'
    return withEngine(
      (context) => {
        if (action === undefined || action === 'list') return runJobs(context)
        if (action === 'show' && id !== undefined) return runShowJob(id, context)
        if (['pause', 'resume', 'cancel', 'retry'].includes(action)) return runJobAction(action as JobAction, id, context)
        throw new AkinError('bad-request', `akin jobs does not know “${action}”`, {
          advice: 'Write list, show <id>, pause [id], resume [id], cancel [id] or retry <id>',
        })
      },
      isFollowed ? jobInterrupted : undefined,
    )
  },
)

command('rebuild', 'build the indexes anew from the library')
  .addArgument(new Argument('[part]').choices(['all', 'vectors', 'keywords']).default('all'))
  .action((part: 'all' | 'vectors' | 'keywords') => withEngine((context) => runRebuild(part, context), jobInterrupted))

addModelCommands({
  command,
  numberIn,
  collect,
  run: (work, isLong = false) => withEngine(work, isLong ? jobInterrupted : undefined),
})

command('serve', 'serve the window to a browser on this computer')
  .option('--port <n>', 'port; any free one when left out', numberIn(0, 65_535), 0)
  .action(({ port }: { port: number }) => serve(port))

function serve(port: number): void {
  const { library } = program.opts<{ library: string }>()
  const server = spawn(process.execPath, [serverEntry(), '--library', resolve(library), '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  server.stdout?.once('data', (text: Buffer) => {
    const { address } = JSON.parse(text.toString()) as { address: string }
    const isJson = program.opts<{ json?: boolean }>().json === true
    process.stdout.write(isJson ? `${text.toString().trim()}\n` : `Akin is at ${address}\nCtrl+C stops it\n`)
  })
  server.once('exit', (code) => process.exit(code ?? exitCodes.interrupted))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal))
}

// The help as well may be read by nobody; what a command cannot write, `Output` tells
process.stdout.on('error', () => undefined)
for (const one of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) one.exitOverride()
try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
}
