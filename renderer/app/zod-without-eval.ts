import { z } from 'zod'

// The policy allows no `eval`, and zod tries one when the first schema is made unless it is told not to: this module
// must be imported before any other.
z.config({ jitless: true })
