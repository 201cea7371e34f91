import { createInterface } from 'node:readline/promises'
import { AkinError } from '../shared/errors.ts'
import { shown } from './escape.ts'

/** True when somebody sits there who can answer. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY
}

/** Asks for a line; the answer is seen while it is typed. Only where `canAsk`. */
export async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  lines.on('SIGINT', () => void process.emit('SIGINT'))
  try {
    return (await lines.question(shown(question))).trim()
  } finally {
    lines.close()
  }
}

/** True only for a yes that was typed. */
export async function askYes(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(`${question} [y/N] `))
}

/**
 * Reads a key: typed without being shown, or the first line of standard input where nobody sits. It is never an argument,
 * which other users of the computer and the shell's history would keep.
 */
export async function askSecret(question: string): Promise<string> {
  const secret = (process.stdin.isTTY ? await typedUnseen(question) : await firstLine()).trim()
  if (secret !== '') return secret
  throw new AkinError('bad-request', 'No key was given', {
    advice: process.stdin.isTTY ? 'Nothing was changed' : 'It is read from standard input: akin … < file',
  })
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin })
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
    process.stdin.destroy()
  }
}

const enter = new Set(['\r', '\n', '\u0004'])
const erase = new Set(['\u007F', '\b'])

/** Letter by letter in raw mode: the terminal echoes nothing. */
async function typedUnseen(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(shown(question))
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  let typed = ''
  try {
    for (;;) {
      for (const letter of await nextInput()) {
        if (enter.has(letter)) return typed
        if (letter === '\u0003') {
          process.emit('SIGINT')
          throw new AkinError('cancelled', 'No key was given')
        }
        typed = erase.has(letter) ? typed.slice(0, -1) : typed + letter
      }
    }
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

function nextInput(): Promise<string> {
  return new Promise((resolve) => {
    const { stdin } = process
    const done = (text: string): void => {
      stdin.off('data', take)
      stdin.off('end', end)
      resolve(text)
    }
    const take = (text: string): void => done(text)
    const end = (): void => done('\u0004')
    stdin.on('data', take)
    stdin.on('end', end)
    stdin.resume()
  })
}
