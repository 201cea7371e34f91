import { InvalidArgumentError, Option, type Command } from 'commander'
import type { ImportAnswers } from '../shared/model/embedding-model.ts'
import { parsePostProcessing, poolingNames, type PostProcessing } from '../shared/model/space.ts'
import { runSimilarity, runTokens } from './commands/lab.ts'
import { runAddModel, runImportModel, runModels, runRemoveModel, runUseModel } from './commands/models.ts'
import { runKeys } from './commands/keys.ts'
import {
  runAddSpace,
  runCompareSpaces,
  runFillSpace,
  runRemoveSpace,
  runSpaces,
  runUseSpace,
  type AddSpaceOptions,
  type RecipeOptions,
} from './commands/spaces.ts'
import type { Connection } from './connection.ts'
import type { Output } from './output.ts'

interface Context {
  readonly connection: Connection
  readonly output: Output
}

/** What a terminal command is made with. */
export interface CommandHost {
  /** Adds a command with the options that every one has, to the program or to another command. */
  readonly command: (spec: string, description: string, parent?: Command) => Command
  /** @param isLong true when a job goes on after Ctrl+C */
  readonly run: (work: (context: Context) => Promise<number>, isLong?: boolean) => Promise<void>
  readonly numberIn: (least: number, most: number) => (text: string) => number
  readonly collect: (value: string, before?: string[]) => string[]
}

export function addModelCommands(host: CommandHost): void {
  modelCommands(host)
  spaceCommands(host)
  labCommands(host)
}

const pooling = (): Option =>
  new Option('--pooling <way>', 'how the states of the tokens become one vector').choices(poolingNames)
const postProcessing = (): Option =>
  new Option(
    '--post-processing <what>',
    'what is learnt from the library and done to each vector: none, centre, all-but-the-top[:components], whitening[:shrinkage]',
  ).argParser(readPostProcessing)

function modelCommands({ command, run, numberIn }: CommandHost): void {
  const models = command('models', 'embedding models: list, add, import, use, remove').action(() => run(runModels))
  command('list', 'models that are here, and what the catalogue offers', models).action(() => run(runModels))
  command('add <model>', 'download a model of the catalogue', models)
    .option('--variant <id>', 'how its weights are stored: q8, q4, fp32')
    .action((id: string, options: { variant?: string }) => run((context) => runAddModel(id, options, context), true))
  command('import <path>', 'take a model from a folder or zip file', models)
    .option('--name <name>', 'what it is called')
    .option('--variant <id>', 'which of several files of weights')
    .addOption(pooling())
    .option('--query-prefix <text>', 'put before what is searched for')
    .option('--passage-prefix <text>', 'put before each passage')
    .option('--max-tokens <n>', 'the longest text that it reads', numberIn(8, 131_072))
    .action((path: string, { name, variant, pooling: way, queryPrefix, passagePrefix, maxTokens }: ImportAnswers) => {
      const answers = { name, variant, pooling: way, queryPrefix, passagePrefix, maxTokens } as ImportAnswers
      return run((context) => runImportModel(path, answers, context), true)
    })
  command('use <model>', 'let searches use a model: fills its space first', models)
    .addOption(pooling())
    .addOption(postProcessing())
    .action((id: string, options: RecipeOptions) => run((context) => runUseModel(id, options, context), true))
  command('remove <model>', 'remove a model that no space is made with', models).action((id: string) =>
    run((context) => runRemoveModel(id, context)),
  )
  command('keys <action> <address>', 'keep, forget or look for the key of a service; it is typed, or read from standard input')
    .addHelpText('after', '\nActions: set, remove, show (whether there is one, never the key)')
    .action((action: string, address: string) => run((context) => runKeys(action, address, context)))
}

function spaceCommands({ command, run, numberIn }: CommandHost): void {
  const spaces = command('spaces', 'embedding spaces: list, add, fill, use, compare, remove').action(() => run(runSpaces))
  command('list', 'spaces, and how much of the library each holds', spaces).action(() => run(runSpaces))
  command('add <model>', 'make the space of a model and fill it', spaces)
    .addOption(pooling())
    .addOption(postProcessing())
    .option('--query-prefix <text>', 'put before what is searched for')
    .option('--passage-prefix <text>', 'put before each passage')
    .option('--service <address>', 'the model runs there: https://api.openai.com/v1, or a compatible server')
    .option('--dimensions <n>', 'shorter vectors, of models that can give them', numberIn(1, 16_384))
    .option('--max-tokens <n>', 'the longest text that the service’s model reads', numberIn(64, 131_072))
    .option('--key', 'the service wants a key: it is typed unseen, or read from standard input')
    .option('--yes', 'allow that texts are sent to the service')
    .option('--no-fill', 'fill it later')
    .action((model: string, options: AddSpaceOptions) => run((context) => runAddSpace(model, options, context), true))
  command('fill <space>', 'wait until a space holds everything; a paused one goes on', spaces).action((space: string) =>
    run((context) => runFillSpace(space, context), true),
  )
  command('use <space>', 'let searches use a space', spaces)
    .option('--incomplete', 'though it lacks some passages')
    .action((space: string, options: { incomplete?: boolean }) => run((context) => runUseSpace(space, options, context)))
  command('compare <space> <other> <words...>', 'the same search in two spaces, side by side', spaces)
    .addOption(new Option('--mode <mode>').choices(['vector', 'hybrid']).default('vector'))
    .option('--limit <n>', 'results', numberIn(1, 50), 10)
    .action((space: string, other: string, words: string[], { mode, limit }: { mode: 'vector' | 'hybrid'; limit: number }) =>
      run((context) => runCompareSpaces([space, other], { text: words.join(' '), mode, limit }, context)),
    )
  command('remove <space>', 'remove a space that searches do not use', spaces).action((space: string) =>
    run((context) => runRemoveSpace(space, context)),
  )
}

function labCommands({ command, run, collect }: CommandHost): void {
  command('tokens <text>', 'a text as a model sees it: its tokens with their ids')
    .option('--model <id>', 'which model; gpt2 always works')
    .action((text: string, options: { model?: string }) => run((context) => runTokens(text, options, context)))
  command('similarity <texts...>', 'how near texts are to each other, from -1 to 1')
    .option('--space <space>', 'in this space, by number or name; may be given twice', collect)
    .action((texts: string[], options: { space?: string[] }) => run((context) => runSimilarity(texts, options, context)))
}

/** `centre`, `all-but-the-top:3`, `whitening:0.05`. */
function readPostProcessing(text: string): PostProcessing {
  const parsed = parsePostProcessing(text)
  if (parsed !== null) return parsed
  throw new InvalidArgumentError('Write none, centre, all-but-the-top:3 (1 to 64 components) or whitening:0.05 (0 to 1)')
}
