import { expect, it } from 'vitest'
import { addressParts } from '../../../../renderer/app/address-parts.ts'
import { describeSent } from '../../../../renderer/app/describe-sent.ts'

const sent = (to: string, since: string) => ({ what: 'A picture was asked for', to, since, count: 3 })

it('says what left this computer', () => {
  expect(describeSent([])).toBe('Nothing has left this computer')
  expect(describeSent([sent('a.example', '2025-05-03')])).toBe('A picture was asked for: a.example, since 3 May 2025')
  expect(describeSent([sent('a.example', '2025-06-03'), sent('b.example', '2025-05-03')])).toBe('Asked 2 sites since 3 May 2025')
})

it('says first where texts went', () => {
  const texts = (to: string, since: string) => ({ what: 'Texts to be read for meaning', to, since, count: 9 })
  expect(describeSent([sent('a.example', '2025-01-01'), texts('api.example', '2025-05-03')])).toBe(
    'Texts went to api.example, since 3 May 2025',
  )
  expect(describeSent(['a', 'b', 'c'].map((host) => texts(host, '2025-05-03')))).toBe(
    'Texts went to 3 services, since 3 May 2025',
  )
})

it('sets the host of an address apart, and opens nothing but web and mail', () => {
  expect(addressParts('https://user@evil.example:8080/a?b#c')).toEqual({
    before: 'https://user@',
    host: 'evil.example:8080',
    after: '/a?b#c',
  })
  expect(addressParts('mailto:ida@bog.example')).toEqual({ before: 'mailto:', host: 'ida@bog.example', after: '' })
  expect(addressParts('javascript:alert(1)')).toBeNull()
  expect(addressParts('not an address')).toBeNull()
})
