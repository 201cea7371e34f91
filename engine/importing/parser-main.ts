import { AkinError, toWireError } from '../../shared/errors.ts'
import type { ServicePort } from '../processes/service.ts'
import { servicePort } from '../processes/service-port.ts'
import { parseFile } from './parse-file.ts'
import type { ParseInput } from './parse-result.ts'
import type { FromParser, ToParser } from './parser-protocol.ts'
import { loadTokenCounter, type TokenCounter } from './token-counter.ts'

/**
 * The parser process: takes bytes, gives text. It needs no access to files but its own code and the tokenizer, holds
 * nothing between two files, and may be killed at any moment.
 */
class ParserService {
  readonly #port: ServicePort
  #counter: TokenCounter | undefined

  constructor(port: ServicePort) {
    this.#port = port
  }

  listen(): void {
    // What a library leaves unhandled does not end the reading of a file; Node would end the process, Electron not
    process.on('unhandledRejection', (reason) => process.stderr.write(`Unhandled: ${String(reason)}\n`))
    this.#port.onMessage((message) => {
      this.#take(message as ToParser).catch(endProcess)
    })
  }

  async #take(message: ToParser): Promise<void> {
    if (message.type === 'parse') return this.#parse(message.id, message.input)
    this.#counter = await loadTokenCounter(message.modelFolder)
    this.#answer({ type: 'ready' })
  }

  async #parse(id: number, input: ParseInput): Promise<void> {
    try {
      const document = await parseFile(input, this.#startedCounter())
      this.#answer({ type: 'parsed', id, document, residentBytes: process.memoryUsage.rss() })
    } catch (error) {
      this.#answer({ type: 'failed', id, error: toWireError(error), residentBytes: process.memoryUsage.rss() })
    }
  }

  #startedCounter(): TokenCounter {
    if (this.#counter === undefined) throw new AkinError('internal', 'The parser was used before it was started')
    return this.#counter
  }

  #answer(message: FromParser): void {
    this.#port.post(message)
  }
}

/** Without its tokenizer the process is of no use; whoever started it reads the last words. */
function endProcess(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`, () => process.exit(1))
}

new ParserService(servicePort()).listen()
