// npm run setup: everything that npm start and npm test need, without starting anything.
import { say, setUp, SetupError } from './setup-steps.mjs'

try {
  await setUp('test')
  say('Everything is set up')
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(error.message)
  process.exit(1)
}
