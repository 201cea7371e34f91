import { expect, it } from 'vitest'
import { tokenOfHash } from '../../../../renderer/client/token-of-hash.ts'

it('takes the key from the fragment that the host prints', () => {
  expect(tokenOfHash('#t=AbCdEf0123456789_-xyz')).toBe('AbCdEf0123456789_-xyz')
})

it('leaves the addresses of screens alone', () => {
  expect(tokenOfHash('#/search?q=t=1234567890123456')).toBeNull()
  expect(tokenOfHash('#t=short')).toBeNull()
  expect(tokenOfHash('')).toBeNull()
})
