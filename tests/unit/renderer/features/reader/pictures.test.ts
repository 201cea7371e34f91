import { expect, it } from 'vitest'
import type { Content } from '../../../../../shared/model/content.ts'
import { blockedPictures, siteOfPicture } from '../../../../../renderer/features/reader/pictures.ts'

const picture = (src: string) => ({ type: 'image', src, alt: '', start: 0, end: 0 }) as const

it('knows which site would see that a picture was loaded', () => {
  expect(siteOfPicture('https://cdn.example:8443/a.png')).toBe('cdn.example')
  expect(siteOfPicture('//cdn.example/a.png')).toBe('cdn.example')
  expect(siteOfPicture('images/a.png')).toBeNull()
  expect(siteOfPicture('data:image/png;base64,AA')).toBeNull()
})

it('counts the pictures of sites that were not allowed', () => {
  const blocks = [
    picture('https://a.example/1'),
    picture('https://a.example/2'),
    picture('https://b.example/3'),
    picture('here.png'),
  ]
  const content = { blocks, marks: [], pages: [] } as Content
  expect(blockedPictures(content, ['b.example'])).toEqual({ count: 2, sites: ['a.example'] })
})
