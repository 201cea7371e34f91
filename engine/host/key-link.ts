import { fromWireError, toWireError } from '../../shared/errors.ts'
import type { KeyPlace, KeyVault } from '../keys/key-vault.ts'
import type { KeyAnswer, KeyQuestion } from './engine-protocol.ts'

type Ask = KeyQuestion extends infer Q ? (Q extends { id: number } ? Omit<Q, 'id' | 'type'> : never) : never

/** The vault of a host, as the engine's process sees it: some systems keep keys for the app's main process alone. */
export class LinkedKeyVault implements KeyVault {
  readonly #post: (question: KeyQuestion) => void
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #nextId = 1

  constructor(post: (question: KeyQuestion) => void) {
    this.#post = post
  }

  async describe(): Promise<KeyPlace> {
    return (await this.#ask({ action: 'describe' })) as KeyPlace
  }

  async get(name: string): Promise<string | null> {
    return (await this.#ask({ action: 'get', name })) as string | null
  }

  async set(name: string, value: string): Promise<void> {
    await this.#ask({ action: 'set', name, value })
  }

  async remove(name: string): Promise<void> {
    await this.#ask({ action: 'remove', name })
  }

  /** Takes an answer of the host. */
  take({ id, ...answer }: KeyAnswer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (answer.error === undefined) waiting?.resolve(answer.value)
    else waiting?.reject(fromWireError(answer.error))
  }

  #ask(question: Ask): Promise<unknown> {
    const id = this.#nextId++
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.set(id, waiting)
    this.#post({ type: 'key', id, ...question })
    return waiting.promise
  }
}

/** Answers the engine's process out of the host's vault. Never rejects. */
export async function answerKey(vault: KeyVault, question: KeyQuestion): Promise<KeyAnswer> {
  const { id } = question
  try {
    return { type: 'key', id, value: await act(vault, question) }
  } catch (error) {
    return { type: 'key', id, error: toWireError(error) }
  }
}

async function act(vault: KeyVault, question: KeyQuestion): Promise<unknown> {
  switch (question.action) {
    case 'describe':
      return vault.describe()
    case 'get':
      return vault.get(question.name)
    case 'set':
      return vault.set(question.name, question.value)
    case 'remove':
      return vault.remove(question.name)
  }
}
